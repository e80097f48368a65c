namespace SlaveAgent.Settings;

/// <summary>How chmpx is looked after.</summary>
/// <param name="Unit">The systemd unit that runs it.</param>
/// <param name="Supervision">How that unit runs it; only where it is the packaged one.</param>
/// <param name="LoadDeadline">For a written generation to show as <c>cfg_revision</c> (about 50 ms on the real one: Chmpx/README.md, "Reload").</param>
/// <param name="AnswerDeadline">For the control port to answer after a start; the packaged helper alone takes 11 to 26 s (Chmpx/README.md, "Packaged service").</param>
/// <param name="ConnectDeadline">For a server that is up to get a connection.</param>
public sealed record ChmpxSettings(string Unit, Supervision Supervision, TimeSpan LoadDeadline, TimeSpan AnswerDeadline, TimeSpan ConnectDeadline)
{
    /// <summary>From this boot's first connection on, how long a slave that is connected to a part of the servers is not ready; servers poll K2HR3 every 60 s.</summary>
    public TimeSpan CompleteDeadline { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Whether a server that the others show up and this slave cannot reach may be asked to tell the ring its status again.</summary>
    public bool RequestsStatus { get; init; } = true;

    /// <summary>Which programs may use the cluster.</summary>
    public ChmpxAccess Access { get; init; }

    public static ChmpxSettings From(SettingsValues values)
    {
        var least = TimeSpan.FromMilliseconds(100);
        return new ChmpxSettings(
            values.Text("chmpx.unit", "chmpx.service"),
            values.Choice("chmpx.supervision", Supervision.Direct, Choices),
            values.Duration("chmpx.load_deadline", TimeSpan.FromSeconds(3), least),
            values.Duration("chmpx.answer_deadline", TimeSpan.FromSeconds(40), least),
            values.Duration("chmpx.connect_deadline", TimeSpan.FromSeconds(30), least))
        {
            CompleteDeadline = values.Duration("chmpx.complete_deadline", TimeSpan.FromSeconds(90), TimeSpan.Zero),
            RequestsStatus = values.Flag("chmpx.request_status", true),
            Access = values.Choice("chmpx.access", ChmpxAccess.Group, AccessChoices),
        };
    }

    private static readonly Dictionary<string, Supervision> Choices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["direct"] = Supervision.Direct,
        ["helper"] = Supervision.Helper,
    };

    private static readonly Dictionary<string, ChmpxAccess> AccessChoices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["group"] = ChmpxAccess.Group,
        ["all"] = ChmpxAccess.All,
    };
}
