using SlaveAgent.Fuzz.Targets;

namespace SlaveAgent.Fuzz;

/// <summary>Something of the agent's that reads what others wrote, and what must hold whatever they wrote.</summary>
/// <param name="Name">As on the command line, and of its directory under Corpus.</param>
/// <param name="Try">Throws on a broken promise; anything the agent's code throws that is not of its typed errors comes through, too.</param>
/// <param name="Words">Pieces that a mutator finds hard to come by.</param>
public sealed record FuzzTarget(string Name, FuzzBody Try, IReadOnlyList<string> Words)
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("ini", IniTarget.Try, IniTarget.Words),
        new("override", OverrideTarget.Try, OverrideTarget.Words),
        new("dump", DumpTarget.Try, DumpTarget.Words),
        new("answer", AnswerTarget.Try, AnswerTarget.Words),
        new("settings", SettingsTarget.Try, SettingsTarget.Words),
    ];
}
