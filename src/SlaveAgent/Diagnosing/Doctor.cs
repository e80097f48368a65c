namespace SlaveAgent.Diagnosing;

/// <summary>All checks of a host, run. Nothing of the host has to be right for it: not its settings, its identity, its configuration or its daemon.</summary>
internal static class Doctor
{
    /// <summary>Before the deadline of the check of a key, so that it is this check that ends the tool's process.</summary>
    private static readonly TimeSpan KeyMargin = TimeSpan.FromSeconds(4);

    /// <param name="user">Whose programs are to use the cluster; null: that is not asked.</param>
    /// <param name="setsKey">Whether a key is set and read, as that user.</param>
    /// <param name="deadline">For each check.</param>
    public static async Task<DiagnosisReport> RunAsync(DiagnosedHost host, string? user, bool setsKey, TimeSpan deadline, CancellationToken cancel) =>
        DiagnosisReport.Of(await new Diagnosis([.. ChecksOf(host, user, setsKey, deadline)], deadline, host.Time).RunAsync(cancel), host.Time.GetUtcNow());

    private static IEnumerable<ICheck> ChecksOf(DiagnosedHost host, string? user, bool setsKey, TimeSpan deadline) =>
    [
        new SettingsCheck(host), new IdentityCheck(host), new K2hr3NetworkCheck(host), new K2hr3AnswerCheck(host),
        new AgentCheck(host), new PackagesCheck(host), new AccountsCheck(host), new UnitsCheck(host), new MessageLimitCheck(host), new DiskCheck(host),
        new ConfigurationCheck(host), new OwnNameCheck(host), new ShellToolingCheck(host),
        new ChmpxCheck(host), new ServersCheck(host), new RingRoomCheck(host),
        .. user is null ? (ICheck[])[] : [new ProgramCheck(host, user)],
        .. setsKey ? (ICheck[])[new KeyCheck(host, user, deadline - KeyMargin)] : [],
    ];
}
