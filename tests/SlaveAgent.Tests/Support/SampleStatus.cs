using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Support;

/// <summary>A status in which nothing is missing, of an agent at work.</summary>
internal static class SampleStatus
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 26, 12, 0, 0, 250, TimeSpan.Zero);

    public static AgentStatus Whole { get; } = new()
    {
        Version = "1.2.3",
        Pid = 42,
        Role = "yrn:yahoo:::t:role:c/slave",
        Connection = new Fact(ConnectionStates.Degraded, nameof(RingState.Partial), "-", Now),
        Control = new Fact(ControlStates.Current, Reasons.AsDesired, "-", Now),
        Hold = new HoldStatus("held", 7, Now, null, "a person's words"),
        IsReady = true,
        Servers = ServersStatus.Of([Server("a", ServerStates.Connected), Server("b", ServerStates.Up), Server("c", ServerStates.Connected), Server("d", ServerStates.Unlisted, isListed: false)]),
        Room = new RoomStatus(3, 201, 256, IsNearlyFull: false),
        Generation = new GenerationStatus("/etc/antpickax/k2hdkc.ini", 9, 8, 7, []),
        K2hr3 = new K2hr3Status("https://k2hr3.example", Now - TimeSpan.FromSeconds(2), Now - TimeSpan.FromSeconds(62), "no route to host", Now),
        ChmpxRestarts = new ChmpxRestarts(ByAgent: 2, ByOthers: 1),
        Conditions =
        [
            new Condition(ConditionTypes.Registered, ConditionStatus.True, Reasons.AsDesired, "-", Now, 9),
            new Condition(ConditionTypes.PackagesInstalled, ConditionStatus.False, Reasons.PackagesMissing, "-", Now, 9),
            new Condition(ConditionTypes.ReadyReached, ConditionStatus.Unknown, Reasons.NotObserved, "-", null, null),
        ],
    };

    public static ServerStatus Server(string name, string state, bool isListed = true) => new(name, $"cuk-{name}", 8021, isListed ? $"{name}:8020" : null, state, Now);
}
