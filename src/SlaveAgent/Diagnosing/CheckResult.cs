namespace SlaveAgent.Diagnosing;

/// <summary>What one check found.</summary>
/// <param name="Name">One of <see cref="CheckNames"/>; stable, for programs.</param>
/// <param name="Seen">For a person: what was seen, with addresses, files and numbers.</param>
internal sealed record CheckResult(string Name, CheckVerdict Verdict, string Seen)
{
    /// <summary>Set by <see cref="Diagnosis"/>.</summary>
    public CheckGroup Group { get; init; }

    /// <summary>Which address, server, unit or directory is meant; null where the check is about one thing only.</summary>
    public string? Subject { get; init; }

    /// <summary>What is wrong, as a code that is stable; null where nothing is.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do next; null where there is nothing to do.</summary>
    public string? Next { get; init; }

    public static CheckResult Ok(string name, string seen) => new(name, CheckVerdict.Ok, seen);

    public static CheckResult Skipped(string name, string why) => new(name, CheckVerdict.Skipped, why);

    public static CheckResult Unknown(string name, string why) => new(name, CheckVerdict.Unknown, why);

    public static CheckResult Warning(string name, string reason, string seen, string next) => new(name, CheckVerdict.Warning, seen) { Reason = reason, Next = next };

    public static CheckResult Failed(string name, string reason, string seen, string next) => new(name, CheckVerdict.Failed, seen) { Reason = reason, Next = next };

    public CheckResult Of(string subject) => this with { Subject = subject };
}
