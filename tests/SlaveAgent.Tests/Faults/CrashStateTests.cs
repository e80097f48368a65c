using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Faults;

/// <summary>The power goes at any moment of a write: every order in which the changes may have reached the disk is built and checked.</summary>
public sealed class CrashStateTests
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private static readonly AgentPaths Paths = new HostRoot("/").Agent;
    private static readonly string[] Kept = [Paths.AcceptedResource, Paths.RoleKeys, Paths.AcceptedIdentity, Paths.Machine];

    private static readonly HostFiles AnyFiles = new(_ => true, _ => true);

    [Fact]
    public async Task In_every_order_in_which_a_write_can_reach_the_disk_the_file_is_whole()
    {
        SystemCalls.Require();
        var run = new FaultRun("crash states");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var recorded = new List<(IReadOnlyList<SystemCall> Calls, Dictionary<string, byte[]> Before)>
        {
            await RecordAsync(host, () => host.ChangeAsync(), host.RegenerateAsync),
            await RecordAsync(host, () => Task.CompletedTask, host.RegenerateAsync),
            await RecordAsync(
                host,
                () =>
                {
                    Directory.Delete(host.At("/etc/antpickax"), recursive: true);
                    Directory.Delete(host.At("/var"), recursive: true);
                    return Task.CompletedTask;
                },
                host.BootstrapAsync),
        };
        var (states, different) = (0, 0);
        var kept = new HashSet<string>();
        foreach (var (calls, before) in recorded)
        {
            var whole = WholeContents(calls, before);
            var seen = new HashSet<string>();
            foreach (var state in CrashStates.Of(calls, before, run.Random))
            {
                states++;
                // Many orders come out the same.
                if (!seen.Add(string.Join('|', new[] { Ini }.Concat(Kept).Select(name => state.TryGetValue(name, out var bytes) ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes)) : "none"))))
                {
                    continue;
                }

                different++;
                Assert.True(WhyBroken(host, state, whole) is null, run.Repeat($"{WhyBroken(host, state, whole)}"));
                kept.UnionWith(Kept.Where(state.ContainsKey));
            }
        }

        Assert.True(states > 100, $"only {states} states");

        // Each kind of file was there in some state, and so was loaded as a restarted agent would.
        Assert.Equal(Kept.Order(), kept.Order());
        run.Say($"{states} states of {recorded.Count} recorded writes, {different} different in the file or in what the agent keeps");
    }

    [Fact]
    public async Task The_check_of_crash_states_finds_a_write_that_is_not_synced_before_its_rename()
    {
        SystemCalls.Require();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var (calls, before) = await RecordAsync(host, () => host.ChangeAsync(), host.RegenerateAsync);
        var whole = WholeContents(calls, before);
        var unsynced = calls.Where(call => call.Name != "fsync").ToList();
        Assert.Contains(CrashStates.Of(unsynced, before, new Random(1)), state => WhyBroken(host, state, whole) is not null);
    }

    [Fact]
    public async Task The_check_of_crash_states_loads_what_this_host_keeps_and_finds_a_part_of_it()
    {
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var files = Kept.ToDictionary(name => name, name => File.ReadAllBytes(host.At(name)));
        var whole = files.ToDictionary(file => file.Key, file => new List<byte[]> { file.Value });
        Assert.Null(WhyBroken(host, files, whole));
        foreach (var name in Kept)
        {
            var cut = files[name][..(files[name].Length / 2)];
            Assert.NotNull(WhyBroken(host, new Dictionary<string, byte[]>(files) { [name] = cut }, whole));

            // Also one that somebody wrote as it is, but that is not this host's.
            Assert.NotNull(WhyBroken(host, new Dictionary<string, byte[]>(files) { [name] = "{}"u8.ToArray() }, new Dictionary<string, List<byte[]>>(whole) { [name] = ["{}"u8.ToArray()] }));
        }
    }

    /// <summary>Each file is absent or one that was written completely, and the agent loads what it kept.</summary>
    private static string? WhyBroken(FaultHost host, IReadOnlyDictionary<string, byte[]> state, IReadOnlyDictionary<string, List<byte[]>> whole)
    {
        foreach (var name in Kept.Prepend(Ini))
        {
            if (state.TryGetValue(name, out var bytes) && !whole.GetValueOrDefault(name, []).Any(known => known.AsSpan().SequenceEqual(bytes)))
            {
                return $"{name} has {bytes.Length} bytes that were never written completely";
            }
        }

        if (state.TryGetValue(Ini, out var ini) && !IniCheck.Check(IniReader.Read(System.Text.Encoding.UTF8.GetString(ini)), AnyFiles).IsEmpty)
        {
            return "the file does not pass the checks";
        }

        using var directory = new TempDirectory();
        foreach (var name in Kept.Where(state.ContainsKey))
        {
            directory.Put(name.TrimStart('/'), System.Text.Encoding.UTF8.GetString(state[name]));
            if (!IsLoaded(host, name, directory.Root))
            {
                return $"{name} cannot be loaded as this host's";
            }
        }

        return null;
    }

    private static bool IsLoaded(FaultHost host, string name, HostRoot root) => name switch
    {
        _ when name == Paths.AcceptedResource => AcceptedResource.Load(root.At(name), host.Resource) is { Text.Length: > 0 },
        _ when name == Paths.RoleKeys => RoleKeys.Load(root.At(name)) is { Units.Count: > 0 },
        _ when name == Paths.AcceptedIdentity => new IdentityStore(root).Accepted is { Cuk: FaultHost.Cuk },
        _ => MachineRecord.Load(root) is { MachineId: FaultHost.MachineId },
    };

    /// <summary>By path: the content before, and each content that was written to a stage of the file.</summary>
    private static Dictionary<string, List<byte[]>> WholeContents(IReadOnlyList<SystemCall> calls, Dictionary<string, byte[]> before) =>
        Kept.Prepend(Ini).ToDictionary(
            name => name,
            name => before.Where(file => file.Key == name).Select(file => file.Value)
                .Concat(calls.Where(call => IsStageOf(call, name)).Select(call => call.Content)).ToList());

    private static bool IsStageOf(SystemCall call, string name) =>
        call.Name is "write" or "pwrite64" && call.Path.StartsWith($"{Path.GetDirectoryName(name)}/.{Path.GetFileName(name)}.", StringComparison.Ordinal);

    private static async Task<(IReadOnlyList<SystemCall> Calls, Dictionary<string, byte[]> Before)> RecordAsync(
        FaultHost host, Func<Task> change, Func<string[], Task<(int ExitCode, string Output)>> command)
    {
        await change();
        var before = Directory.EnumerateFiles(host.Root, "*", SearchOption.AllDirectories).ToDictionary(path => path[host.Root.Length..], File.ReadAllBytes);
        var log = host.At("/strace.log");
        var (code, output) = await command(SystemCalls.Trace(log));
        Assert.True(code == 0, output);
        return (SystemCalls.Read(log, host.Root), before);
    }
}
