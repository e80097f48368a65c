namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The stand-in's command line: chmpx's own options, and settings that replace properties of the machine.
/// </summary>
internal sealed record ChmpxOptions(string ConfigurationFile)
{
    public int? ControlPort { get; init; }

    public string? Cuk { get; init; }

    public string? PidFile { get; init; }

    /// <summary>How long a clean shutdown takes.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>Between a change of the file and the moment its watch reads it; a control port request in between makes it miss the reload.</summary>
    public TimeSpan NoticeTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How far this node's clock is ahead of the servers'.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>How often the programs on this host send each server a message; null: there are none that do.</summary>
    public TimeSpan? Traffic { get; init; }

    /// <summary>The directory of the shared memory file, and of the directory that represents the attached programs.</summary>
    public string StateDirectory { get; init; } = Path.Combine(Environment.CurrentDirectory, "var/lib/antpickax");

    /// <summary>The names of this host; null: those from the working directory's <c>etc/hostname</c>, or else the machine's.</summary>
    public IReadOnlyList<string>? HostNames { get; init; }

    /// <summary>fs.mqueue.msg_max as it limits an unprivileged user; null for root.</summary>
    public int? MessageLimit { get; init; }
}
