using System.Net;
using System.Net.Sockets;
using Serilog.Core;
using SlaveAgent.Benchmarks.Fleet;
using SlaveAgent.Benchmarks.Micro;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>
/// An hour of the watching loop in this process, over a real file and a real socket, with only the seconds between the looks left out: what it allocates
/// cannot be seen from outside.
/// </summary>
internal static class WatchedHour
{
    private const int Quarters = 4;
    private const int Looks = 900;

    /// <returns>Bytes a look in each quarter of the hour, and the collections of the oldest generation in all of it.</returns>
    public static async Task<(IReadOnlyList<double> Bytes, int Collections)> RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("k2hdkc-hour-");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(12000, 20000)));
        listener.Listen();
        try
        {
            var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
            var answer = Samples.Dump(3);
            new Thread(() => Answer(listener, answer)) { IsBackground = true }.Start();
            var root = new HostRoot(directory.FullName);
            var time = new VirtualTime();
            var file = new ConfigurationFile(root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, time);
            var ini = Samples.Ini(3);
            Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
            await File.WriteAllTextAsync(file.Path, IniWriter.Write(ini, 7).Replace("= 8031", $"= {port}", StringComparison.Ordinal));
            using var client = FleetSlave.ClientOf(new HttpClientHandler(), time, 1, 0);
            var evidence = new EvidenceMemory(root, EvidenceSettings.From(new SettingsValues()), time);
            var role = new RoleMemory(client, client.Identity.Role.ToResource(), root, new SlaveSettings([], []), evidence);
            var chmpx = new ChmpxSettings("chmpx.service", Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
            var ring = new RingMemory();
            var resource = new ResourceReader(client, client.Identity.Role.ToResource(), root, evidence);
            var lastGood = new LastGoodConfiguration(resource, file, ring, client.Identity.Cuk, new HostFiles(_ => false, _ => false));
            var systemctl = new Systemctl(new CommandRunner(time));
            var tracker = new ConnectionTracker(root, chmpx, _ => null, time, () => 0.5, Logger.None);

            // The servers' names are made up; what nobody knows would be looked up again and again.
            var resolver = new EndpointResolver((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), time);
            using var sockets = new SocketTable();
            var inquiries = new RingInquiries(resolver, new ServerControlPort(time), new PortProbe(time), systemctl, chmpx.Unit, time);
            var requester = new StatusRequester(root, inquiries, false, () => null, time, () => 0.5, Logger.None);
            var addresses = new AddressWatch(HostAddresses.Read, time);
            var controller = new ConnectionController(
                role, resource, file, ring, lastGood, new ControlPort(time), new ServerSockets(sockets, resolver, addresses, time), tracker, new RingQuestions(inquiries, tracker, ring, time, () => 0.5, Logger.None),
                requester, addresses, systemctl, chmpx, time, Logger.None);
            var schedule = new Schedule([controller], FleetSettings.Defaults, FleetSettings.Retry, () => 0.5);
            var board = new StatusBoard([controller], file, ring, () => client.Contact, null, root, keepsFile: true, time, Logger.None);
            var reconciler = new Reconciler([controller], schedule, board, new UnwatchedHost(), time, Logger.None);
            return await WatchAsync(reconciler, controller, time);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(IReadOnlyList<double> Bytes, int Collections)> WatchAsync(Reconciler reconciler, ConnectionController controller, VirtualTime time)
    {
        for (var look = 0; look < 60; look++)
        {
            await reconciler.RunDueAsync(CancellationToken.None);
            time.Pass(TimeSpan.FromSeconds(1));
        }

        if (!controller.IsReady)
        {
            throw new InvalidOperationException("the watching loop is not connected, so nothing would be measured");
        }

        GC.Collect();
        var collections = GC.CollectionCount(2);
        var bytes = new List<double>();
        for (var quarter = 0; quarter < Quarters; quarter++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var look = 0; look < Looks; look++)
            {
                await reconciler.RunDueAsync(CancellationToken.None);
                time.Pass(TimeSpan.FromSeconds(1));
            }

            bytes.Add((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Looks);
        }

        return (bytes, GC.CollectionCount(2) - collections);
    }

    private static void Answer(Socket listener, byte[] answer)
    {
        var buffer = new byte[64];
        try
        {
            while (true)
            {
                using var client = listener.Accept();
                client.Receive(buffer);
                client.Send(answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The hour is over.
        }
    }
}
