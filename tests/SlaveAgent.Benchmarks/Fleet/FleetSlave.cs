using Serilog.Core;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// One slave of the fleet: the agent's own loop, schedule, delays, client and reading of answers. Only what is on a host is left out: the file is a
/// number of servers, and the ring's is seen without a socket.
/// </summary>
internal sealed class FleetSlave
{
    private static readonly HostRoot Root = new("/nonexistent");

    private readonly Reconciler _reconciler;

    public FleetSlave(VirtualTime time, K2hr3Client client, WatchSettings watch, Func<int> ring, int slaves, Random random)
    {
        var resource = new ResourceReader(client, client.Identity.Role.ToResource(), Root, new EvidenceMemory(null, EvidenceSettings.From(new SettingsValues()), time));
        IReadOnlyList<IController> controllers = [new RoleReader(client, resource), new Writer(this, resource), new Watcher(this, ring, slaves)];
        var file = new ConfigurationFile(Root, "/k2hdkc.ini", UnixFileMode.UserRead, 0, time);
        var board = new StatusBoard(controllers, file, new RingMemory(), () => client.Contact, null, Root, keepsFile: false, time, Logger.None);
        var schedule = new Schedule(controllers, watch, FleetSettings.Retry, random.NextDouble, () => Servers > 0);
        _reconciler = new Reconciler(controllers, schedule, board, new UnwatchedHost(), time, Logger.None);
        Time = time;
    }

    /// <summary>Servers in its configuration; 0 while it has none.</summary>
    public int Servers { get; private set; }

    /// <summary>When its configuration last changed.</summary>
    public TimeSpan ChangedAt { get; private set; }

    /// <summary>When K2HR3 last answered it.</summary>
    public TimeSpan AnsweredAt { get; private set; }

    private VirtualTime Time { get; }

    public Task RunAsync(CancellationToken cancel) => _reconciler.RunAsync(cancel);

    public static K2hr3Client ClientOf(HttpMessageHandler handler, TimeProvider time, int number, int ring) => new(
        new K2hr3Identity(new Uri("http://k2hr3.example/"), RoleOf(ring), RoleOf(ring).TenantYrn, $"cuk-{number}", $"slave-{number}", null, null, false),
        () => RoleToken.TryParse("token"), handler, TimeSpan.FromSeconds(40), time);

    private static Yrn RoleOf(int ring) => Yrn.TryParse($"yrn:yahoo:::fleet:role:c{ring}/slave")!;

    private void Take(int servers)
    {
        if (servers != Servers)
        {
            (Servers, ChangedAt) = (servers, Time.Now);
        }

        AnsweredAt = Time.Now;
    }

    /// <summary>The role's packages, services and user: the resource and four keys.</summary>
    private sealed class RoleReader(K2hr3Client client, ResourceReader resource) : IController
    {
        private static readonly string[] Keys = [RoleKeys.PackagesKey, RoleKeys.AntPickaxPackagesKey, RoleKeys.UnitsKey, RoleKeys.ChmpxUserKey];

        public ControllerKinds Kind => ControllerKinds.Role;

        public string Name => "role";

        public Lane Lane => Lane.K2hr3;

        public TimeSpan WatchdogLimit => TimeSpan.FromHours(2);

        public async Task<Outcome> RunAsync(CancellationToken cancel)
        {
            if (await resource.ReadAsync(fresh: false, cancel) is not K2hr3Answer.Text and var none)
            {
                return K2hr3Outcome.Of(none, "reading the role's resource");
            }

            foreach (var key in Keys)
            {
                if (await client.ReadKeyAsync(client.Identity.Role.ToResource(), key, cancel) is not K2hr3Answer.Text and var other)
                {
                    return K2hr3Outcome.Of(other, "reading the role's key");
                }
            }

            return new Outcome.Unchanged("read");
        }
    }

    private sealed class Writer(FleetSlave slave, ResourceReader resource) : IController
    {
        private static readonly Outcome Unchanged = new Outcome.Unchanged("as K2HR3 says");

        public ControllerKinds Kind => ControllerKinds.Configuration;

        public string Name => "configuration";

        public Lane Lane => Lane.K2hr3;

        public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(2);

        public async Task<Outcome> RunAsync(CancellationToken cancel)
        {
            var answer = await resource.ReadAsync(fresh: false, cancel);
            if (answer is not K2hr3Answer.Text text)
            {
                return K2hr3Outcome.Of(answer, "reading the role's resource");
            }

            var before = slave.Servers;
            slave.Take(int.Parse(text.Value, System.Globalization.CultureInfo.InvariantCulture));
            return (slave.Servers == before ? Unchanged : new Outcome.Changed("written") { Triggers = ControllerKinds.Connection }) with { AnswerTime = resource.AnswerTime };
        }
    }

    private sealed class Watcher(FleetSlave slave, Func<int> ring, int slaves) : IController
    {
        private static readonly Outcome Quiet = new Outcome.Unchanged("connected");

        public ControllerKinds Kind => ControllerKinds.Connection;

        public string Name => "connection";

        public Lane Lane => Lane.Connection;

        public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(5);

        public Task<Outcome> RunAsync(CancellationToken cancel) => Task.FromResult(
            slave.Servers == ring() ? Quiet : ConnectionController.AskingK2hr3(Quiet, $"+{ring()}", slaves));
    }
}
