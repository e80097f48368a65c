using SlaveAgent.Chmpx;
using SlaveAgent.Roles;

namespace SlaveAgent.Diagnosing;

/// <summary>How near the ring is to its limit, by the resource that was accepted last, which lists all slaves.</summary>
internal sealed class RingRoomCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.RingRoom;

    public CheckGroup Group => CheckGroup.Ring;

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<CheckResult>>([Check()]);

    internal static CheckResult Judge(RingRoom room)
    {
        var seen = $"{room.Nodes} nodes of the {room.Places} that MAXCHMPX has room for";
        const string Next = "have MAXCHMPX raised in the cluster's configuration; it takes effect when each chmpx is restarted";
        return room.Nodes > room.Places ? CheckResult.Failed(CheckNames.RingRoom, "Full", seen, Next)
            : room.IsNearlyFull ? CheckResult.Warning(CheckNames.RingRoom, $"{IniCode.RingNearlyFull}", seen, Next)
            : CheckResult.Ok(CheckNames.RingRoom, seen);
    }

    private CheckResult Check() => host.Identity is { } identity && AcceptedResource.Load(host.Root.Agent.AcceptedResource, host.ResourceOf(identity.Who.Role).ToString()) is { } accepted
        ? Judge(RingRoom.Of(IniReader.Read(accepted.Text)))
        : CheckResult.Skipped(Name, "no resource was accepted yet");
}
