namespace SlaveAgent.Settings;

/// <summary>How chmpx is managed.</summary>
/// <param name="Unit">The systemd unit that runs it.</param>
/// <param name="Supervision">How that unit runs it; only for the packaged unit.</param>
/// <param name="LoadDeadline">Until a written generation is shown as <c>cfg_revision</c> (about 50 ms on the real one: Chmpx/README.md, "Reload").</param>
/// <param name="AnswerDeadline">Until the control port answers after a start; the packaged helper alone takes 11 to 26 s (Chmpx/README.md, "Packaged service").</param>
/// <param name="ConnectDeadline">Until a server that is up is connected.</param>
public sealed record ChmpxSettings(string Unit, Supervision Supervision, TimeSpan LoadDeadline, TimeSpan AnswerDeadline, TimeSpan ConnectDeadline)
{
    /// <summary>How long after the first connection since boot a slave that is connected only to some servers is not yet ready; servers poll K2HR3 every 60 s.</summary>
    public TimeSpan CompleteDeadline { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Whether a server that the others report up and this slave is not connected to may be requested to resend its status to the ring.</summary>
    public bool RequestsStatus { get; init; } = true;

    /// <summary>Which programs may use the cluster.</summary>
    public ChmpxAccess Access { get; init; }

    public static ChmpxSettings From(SettingsValues values)
    {
        var min = TimeSpan.FromMilliseconds(100);
        return new ChmpxSettings(
            values.Text("chmpx.unit", "chmpx.service"),
            values.Choice("chmpx.supervision", Supervision.Direct, Choices),
            values.Duration("chmpx.load_deadline", TimeSpan.FromSeconds(3), min),
            values.Duration("chmpx.answer_deadline", TimeSpan.FromSeconds(40), min),
            values.Duration("chmpx.connect_deadline", TimeSpan.FromSeconds(30), min))
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
