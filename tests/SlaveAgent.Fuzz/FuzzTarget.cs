using SlaveAgent.Fuzz.Targets;

namespace SlaveAgent.Fuzz;

/// <summary>Something of the agent's that reads what others wrote, and what must hold whatever they wrote.</summary>
/// <param name="Name">As on the command line, and of its directory under Corpus.</param>
/// <param name="Try">Throws on a broken promise; anything the agent's code throws that is not of its typed errors comes through, too.</param>
/// <param name="Message">Pieces that a mutator finds hard to come by.</param>
public sealed record FuzzTarget(string Name, FuzzBody Try, IReadOnlyList<string> Message)
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("ini", IniTarget.Try, IniTarget.Message),
        new("override", OverrideTarget.Try, OverrideTarget.Message),
        new("dump", DumpTarget.Try, DumpTarget.Message),
        new("answer", AnswerTarget.Try, AnswerTarget.Message),
        new("settings", SettingsTarget.Try, SettingsTarget.Message),
    ];
}
