using SlaveAgent.Ring;

namespace SlaveAgent.Status;

/// <summary>What the agent knows, for <c>status</c> and whoever reads the status file; described in k2hdkc-slave-agent(8). Never holds a secret.</summary>
public sealed record AgentStatus
{
    /// <summary>Rises when a field goes or changes its meaning; new fields may come at any time.</summary>
    public const int CurrentSchema = 2;

    public int Schema { get; init; } = CurrentSchema;

    public string Version { get; init; } = AgentVersion.Text;

    /// <summary>The process that wrote it; 0 where no agent runs and the command observed for itself.</summary>
    public int Pid { get; init; }

    public string? Role { get; init; }

    public required Fact Connection { get; init; }

    public required Fact Control { get; init; }

    /// <summary>What a person said is to be left alone for a while; null while there is nothing.</summary>
    public HoldStatus? Hold { get; init; }

    /// <summary>Programs may start: connected, or degraded for longer than the deadline.</summary>
    public bool IsReady { get; init; }

    /// <summary>It is based on what K2HR3 has not said for long enough, and may yet be otherwise.</summary>
    public bool IsUnconfirmed { get; init; }

    public required ServersStatus Servers { get; init; }

    /// <summary>Null while no resource was accepted, and where no agent runs.</summary>
    public RoomStatus? Room { get; init; }

    public required GenerationStatus Generation { get; init; }

    /// <summary>Null where no agent runs.</summary>
    public K2hr3Status? K2hr3 { get; init; }

    public ChmpxStatus? Chmpx { get; init; }

    /// <summary>Null where no agent runs.</summary>
    public ChmpxRestarts? ChmpxRestarts { get; init; }

    /// <summary>The last run of the hooks; null while there was none, and where no agent runs.</summary>
    public HookStatus? Hooks { get; init; }

    /// <summary>What a person should know of the role's resource.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The same as codes; of a resource that was refused, what for.</summary>
    public IReadOnlyList<ResourceFinding> Findings { get; init; } = [];

    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>The last failure, also when it is over; null when there was none.</summary>
    public ErrorStatus? LastError { get; init; }

    public Condition? Find(string type) => Conditions.FirstOrDefault(condition => condition.Type == type);
}
