using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Faults;

/// <summary>The power goes at any moment of a write: every order in which the disk may have taken it up is built and looked at.</summary>
public sealed class CrashStateTests
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private static readonly string[] s_kept = ["/var/lib/k2hdkc-slave-agent/resource.json", "/var/lib/k2hdkc-slave-agent/role-keys.json"];

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
        foreach (var (calls, before) in recorded)
        {
            var whole = before.Where(file => file.Key == Ini).Select(file => file.Value).Concat(calls.Where(call => IsStageOfIni(call)).Select(call => call.Content)).ToList();
            var seen = new HashSet<string>();
            foreach (var state in CrashStates.Of(calls, before, run.Random))
            {
                states++;
                // Many orders come out the same.
                if (!seen.Add(string.Join('|', new[] { Ini }.Concat(s_kept).Select(name => state.TryGetValue(name, out var bytes) ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes)) : "none"))))
                {
                    continue;
                }

                different++;
                Assert.True(WhyBroken(state, whole) is null, run.Repeat($"{WhyBroken(state, whole)}"));
            }
        }

        Assert.True(states > 100, $"only {states} states");
        run.Say($"{states} states of {recorded.Count} recorded writes, {different} different in the file or in what the agent keeps");
    }

    [Fact]
    public async Task The_look_at_crash_states_finds_a_write_that_is_not_synced_before_its_rename()
    {
        SystemCalls.Require();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var (calls, before) = await RecordAsync(host, () => host.ChangeAsync(), host.RegenerateAsync);
        var whole = before.Where(file => file.Key == Ini).Select(file => file.Value).Concat(calls.Where(call => IsStageOfIni(call)).Select(call => call.Content)).ToList();
        var unsynced = calls.Where(call => call.Name != "fsync").ToList();
        Assert.Contains(CrashStates.Of(unsynced, before, new Random(1)), state => WhyBroken(state, whole) is not null);
    }

    /// <summary>The file is absent or one that was written whole; what the agent keeps for itself is whole, or known for broken and passed over.</summary>
    private static string? WhyBroken(IReadOnlyDictionary<string, byte[]> state, List<byte[]> whole)
    {
        if (state.TryGetValue(Ini, out var ini))
        {
            if (!whole.Any(known => known.AsSpan().SequenceEqual(ini)))
            {
                return $"the file holds {ini.Length} bytes that nobody wrote as a whole";
            }

            if (!IniCheck.Check(IniReader.Read(System.Text.Encoding.UTF8.GetString(ini)), AnyFiles).IsEmpty)
            {
                return "the file does not pass the checks";
            }
        }

        using var directory = new Support.TempDirectory();
        foreach (var name in s_kept)
        {
            if (state.TryGetValue(name, out var bytes))
            {
                File.WriteAllBytes(directory.At("state.json"), bytes);
                _ = AcceptedResource.Load(directory.At("state.json"), "yrn:yahoo:::t:resource:c/slave");
                _ = RoleKeys.Load(directory.At("state.json"));
            }
        }

        return null;
    }

    private static bool IsStageOfIni(SystemCall call) =>
        call.Name is "write" or "pwrite64" && call.Path.StartsWith("/etc/antpickax/.k2hdkc.ini.", StringComparison.Ordinal);

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
