using System.Net.Sockets;
using System.Text;

using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Faults;

/// <summary>A chmpx that is bad in each way for hours on end: requests, stamps and restarts stay few, and all is well soon after it is.</summary>
public sealed class ChmpxTests
{
    /// <summary>The longest pause between two restarts, and what comes after the last.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromMinutes(12);

    private static readonly (string Name, Func<FaultBox, BadService, Func<Socket, Task>> Make)[] Kinds =
    [
        ("closes without a word", (_, _) => _ => Task.CompletedTask),
        ("resets", (_, _) => socket =>
        {
            socket.LingerState = new LingerOption(true, 0);
            return Task.CompletedTask;
        }),
        ("nonsense", (_, _) => socket => SendAsync(socket, "ERROR: nonsense = [ { \0 } ]\ncfg_revision = many\nchmpx_self = {\n"u8.ToArray())),
        ("another's answer", (_, _) => socket => SendAsync(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray())),
        ("cut off", (box, _) => socket => SendAsync(socket, box.GoodDump()[..^700])),
        ("endless", (_, _) => async socket =>
        {
            var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("    name = svr1\n", 4096)));
            while (true)
            {
                await SendAsync(socket, piece);
            }
        }),
        ("silent", (_, service) => socket => service.StaySilentAsync(new NetworkStream(socket))),
        ("slow", (box, service) => async socket =>
        {
            await SendAsync(socket, box.GoodDump()[..100]);
            await service.StaySilentAsync(new NetworkStream(socket));
        }),
        ("stuck on an old generation", (box, _) => socket => SendAsync(socket, box.Dump(0, [.. box.Servers.Select(DumpText.Good)]))),
        ("stuck on another generation", (box, _) => socket => SendAsync(socket, box.Dump(int.MaxValue, [.. box.Servers.Select(DumpText.Good)]))),
        ("an old generation that changes with each look", (box, _) => socket => SendAsync(socket, box.Dump(box.Looks % 2, [.. box.Servers.Select(DumpText.Good)]))),
        ("every server down", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Select(DumpText.Down)]))),
        ("no server at all", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box)))),
        ("one server without a connection", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Skip(1).Select(DumpText.Good), DumpText.Up(box.Servers[0])]))),
        ("no connection to any", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Select(DumpText.Up)]))),
        ("a server that is not listed", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Select(DumpText.Good), DumpText.Good("unlisted")]))),
        ("only servers that are not listed", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), DumpText.Good("other1"), DumpText.Good("other2")))),
        ("a listed server missing", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Skip(1).Select(DumpText.Good)]))),
        ("a server that lingers", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Select(DumpText.Good), DumpText.Down("gone")]))),
        ("a server that comes and goes", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Select(DumpText.Good), .. box.Looks % 2 == 0 ? [DumpText.Good("flapping")] : Array.Empty<(string, string, string)>()]))),
        ("another unknown server with each poll", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Select(DumpText.Good), DumpText.Good($"unlisted{box.Looks}")]))),
        ("a connection that comes and goes", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. box.Servers.Skip(1).Select(DumpText.Good), box.Looks % 2 == 0 ? DumpText.Up(box.Servers[0]) : DumpText.Good(box.Servers[0])]))),
        ("an answer now and then", (box, _) => socket => box.Looks % 7 == 0 ? SendAsync(socket, box.GoodDump()) : Task.CompletedTask),
        ("ten thousand servers", (box, _) => socket => SendAsync(socket, box.Dump(Revision(box), [.. Enumerable.Range(0, 2000).Select(i => DumpText.Good($"many{i}"))]))),
    ];

    /// <summary>
    /// A chmpx that has one server never tries another that it lacks: while no program is attached it is restarted after 2, 4, 8 and each 15 s until the deadline, and
    /// then each minute, for each restart may be the one that connects it.
    /// </summary>
    private static readonly string[] Partial = ["one server without a connection", "a connection that comes and goes"];

    [Fact]
    public async Task Each_bad_chmpx_for_hours_brings_no_storm_and_is_got_over()
    {
        var run = new FaultRun("each bad chmpx");
        var hours = FaultRun.Times(1, 24);
        await using var service = new BadService(secure: false);
        foreach (var (name, make) in Kinds)
        {
            var isExpensive = name is "endless" or "ten thousand servers" or "silent" or "slow";
            await using var box = new FaultBox(run, service, isExpensive ? TimeSpan.FromSeconds(20) : TimeSpan.FromSeconds(4));
            await box.ConvergeAsync(Promised);
            var (requests, looks, generation) = (service.Requests, box.Looks, box.Current!.FileVersion!.Value);
            box.Ring = make(box, service);
            await box.RunForAsync(TimeSpan.FromHours(hours));
            var asked = service.Requests - requests;
            var stamps = box.Current!.FileVersion!.Value - generation;
            run.Say($"{name}, {hours} h: {box.Looks - looks} looks, {asked} requests, {stamps} new generations, {box.Restarts} restarts");

            // A poll a minute and one more for each is what a cluster of many hosts can bear; the role is read once an hour.
            Assert.True(asked <= (hours * 60 * 2.5) + 40, run.Repeat($"{name}: {asked} requests in {hours} h"));
            var restarts = Partial.Contains(name) ? (hours * 60) + 12 : (hours * 6) + 8;
            Assert.True(box.Restarts <= restarts, run.Repeat($"{name}: {box.Restarts} restarts in {hours} h"));
            Assert.True(stamps is >= 0 and <= 10, run.Repeat($"{name}: {stamps} generations in {hours} h"));

            box.Ring = null;
            await box.ConvergeAsync(Promised);
        }
    }

    private static int Revision(FaultBox box) => box.Current?.FileVersion ?? 0;

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
    }
}
