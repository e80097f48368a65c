namespace SlaveAgent.Identity;

/// <summary>Whether this is the machine that the current identity was registered from.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For a person.</param>
public sealed record MachineVerdict(MachineCode Code, string Message)
{
    /// <summary>It is certainly another one. Unknown is allowed: chmpx must not stay down because a file cannot be read.</summary>
    public bool IsAnother => Code is MachineCode.AnotherProduct or MachineCode.AnotherMachineId or MachineCode.AnotherInstance;
}
