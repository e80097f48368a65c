namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The stand-in's command line: chmpx's own options, and what a test or the sandbox decides in place of the machine.
/// </summary>
internal sealed record ChmpxOptions(string ConfigurationFile)
{
    public int? ControlPort { get; init; }

    public string? Cuk { get; init; }

    public string? PidFile { get; init; }

    /// <summary>How long a clean end takes.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>Between a change of the file and the moment its watch reads it; whoever calls on the control port meanwhile loses it the reload.</summary>
    public TimeSpan NoticeTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>By how much this node's clock is ahead of the servers'.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>Where the shared memory file lies, and beside it the directory of the programs that are attached.</summary>
    public string StateDirectory { get; init; } = Path.Combine(Environment.CurrentDirectory, "var/lib/antpickax");

    /// <summary>The names of this host; null: those of the working directory's <c>etc/hostname</c>, else of the machine.</summary>
    public IReadOnlyList<string>? HostNames { get; init; }

    /// <summary>fs.mqueue.msg_max as it binds an ordinary user; null for root.</summary>
    public int? MostMessages { get; init; }
}
