using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Faults;

/// <summary>Disks that are full, broken or read-only, and things that are not the files they should be.</summary>
public sealed class DiskTests
{
    private static readonly string[] Errors = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EACCES"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_error_at_each_system_call_of_the_write_path_leaves_the_old_file_or_the_new_one()
    {
        SystemCalls.Require();
        var run = new FaultRun("an error at each system call of regenerate");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var log = host.At("/strace.log");
        await host.ChangeAsync();
        Assert.Equal(0, (await host.RegenerateAsync(SystemCalls.Trace(log))).ExitCode);
        var calls = SystemCalls.Read(log, host.Root);
        // A program that cannot open what it is made of does not begin, so of the opens only those that make a file.
        var points = (from call in calls
                      where call.Name != "openat" || call.Creates
                      where call.Name is not "flock"
                      from error in Errors
                      select (call.Name, call.Number, Error: error)).Distinct().OrderBy(_ => run.Random.Next()).ToList();
        // An error that cannot be overlooked is always among those tried.
        var certain = points.First(point => point is { Name: "pwrite64" or "write", Error: "ENOSPC" });
        points = [certain, .. points.Where(point => point != certain)];
        var refused = 0;
        foreach (var (name, number, error) in points.Take(FaultRun.Times(12, int.MaxValue)))
        {
            await host.ChangeAsync();
            var (code, output) = await host.RegenerateAsync(SystemCalls.Trace(log, $"{name}:error={error}:when={number}"));
            Assert.True(host.WhyBroken() is null, run.Repeat($"{error} at {name} {number}: {host.WhyBroken()}"));
            Assert.True(code != 0 || host.IsCurrent(), run.Repeat($"{error} at {name} {number}: success without a new file\n{output}"));
            Assert.True(!output.Contains("   at ", StringComparison.Ordinal), run.Repeat($"{error} at {name} {number}: {output}"));
            refused += code == 0 ? 0 : 1;
            var (again, said) = await host.RegenerateAsync();
            Assert.True(again == 0 && host.IsCurrent(), run.Repeat($"after {error} at {name} {number}: {said}"));
        }

        Assert.True(refused > 0, run.Repeat("no error ended a run"));
        run.Say($"{Math.Min(points.Count, FaultRun.Times(12, int.MaxValue))} errors, {refused} of them ended the run with a message");
    }

    [Theory]
    [InlineData("ENOSYS")]
    [InlineData("EINVAL")]
    [InlineData("EOPNOTSUPP")]
    public async Task Where_files_cannot_be_exchanged_the_new_one_is_renamed_over_the_old_one(string error)
    {
        SystemCalls.Require();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await host.ChangeAsync();
        var log = host.At("/strace.log");
        var (code, output) = await host.RegenerateAsync(SystemCalls.Trace(log, $"renameat2:error={error}"));
        Assert.True(code == 0, output);
        Assert.True(host.IsCurrent() && host.WhyBroken() is null, host.WhyBroken());
        Assert.Equal(
            [("renameat2", false), ("rename", true)],
            SystemCalls.Read(log, host.Root).Where(call => call.Target == "/etc/antpickax/k2hdkc.ini").Select(call => (call.Name, call.Succeeded)));
        Assert.Empty(host.Stages);
    }

    [Fact]
    public async Task A_file_that_can_neither_be_exchanged_nor_renamed_over_stays_and_the_run_fails()
    {
        SystemCalls.Require();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        var before = await File.ReadAllBytesAsync(host.IniPath, Cancel);
        await host.ChangeAsync();
        var (code, output) = await host.RegenerateAsync(SystemCalls.Trace(host.At("/strace.log"), "rename,renameat2:error=EBUSY"));
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(host.IniPath, Cancel));
        Assert.Empty(host.Stages);
    }

    [Fact]
    public async Task No_command_polls_chmpx_in_the_200_ms_after_a_write()
    {
        var polls = new System.Collections.Concurrent.ConcurrentQueue<TimeSpan>();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2, chmpx: host =>
        {
            polls.Enqueue(DateTimeOffset.UtcNow - FileStatus.Of(host.IniPath)!.ChangedAt);
            return host.Dump();
        });
        polls.Clear();
        await host.ChangeAsync();
        var (code, output) = await host.RegenerateAsync();
        Assert.True(code == 0 && host.IsCurrent(), output);
        await host.RunAsync([FaultHost.Program, "status", "--root", host.Root], null);
        Assert.True(polls.Count >= 3, $"{polls.Count} polls");
        Assert.All(polls, age => Assert.True(age >= TimeSpan.FromMilliseconds(200), $"a poll {age.TotalMilliseconds:0} ms after the write"));
    }

    [Fact]
    public async Task A_disk_that_fails_every_write_for_a_while_is_got_over_by_the_daemon()
    {
        SystemCalls.Require();
        var run = new FaultRun("every write fails for a while");
        foreach (var error in FaultRun.IsLong ? Errors : ["EIO"])
        {
            foreach (var name in FaultRun.IsLong ? (string[])["pwrite64", "fsync", "rename", "renameat2", "fchmod"] : ["fsync", "rename"])
            {
                await using var host = await FaultHost.BootstrappedAsync(servers: 2);
                var log = host.At("/strace.log");
                // The first two dozen calls fail on each thread, and then no more.
                await using var daemon = host.StartDaemon(SystemCalls.Trace(log, $"{name}:error={error}:when=1..24"));
                await daemon.UntilAsync(() => host.Status is not null, "it does not start");
                await host.ChangeAsync();
                await host.UntilCurrentAsync(daemon);
                Assert.Null(host.WhyBroken());
            }
        }

        run.Say("all got over");
    }

    [Fact]
    public async Task A_small_disk_that_is_really_full_leaves_the_last_good_file_and_is_written_to_once_there_is_room()
    {
        var run = new FaultRun("a full tmpfs");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await MountNamespace.RequireAsync(host);
        var sizes = FaultRun.IsLong ? Enumerable.Range(1, 30) : [1, 3, 6];
        foreach (var (what, size) in sizes.SelectMany(size => new[] { ($"size={size * 4}k", size), ($"nr_inodes={size + 10}", size) }))
        {
            // The host's state as it is, on a file system with room for so many pages or files more than it holds.
            await host.ChangeAsync();
            var script = $"""
                set -e
                for d in etc/antpickax var/lib/k2hdkc-slave-agent; do
                    cp -a "$R/$d" "$R/../copy"
                    mount -t tmpfs -o size=4m,mode=755 tmpfs "$R/$d"
                    cp -a "$R/../copy/." "$R/$d/"
                    rm -rf "$R/../copy"
                    used=$(df -k --output=used "$R/$d" | tail -1); files=$(df --output=iused "$R/$d" | tail -1)
                    case {what} in
                    size=*) mount -o remount,size=$((used + {size * 4}))k "$R/$d" ;;
                    *) mount -o remount,nr_inodes=$((files + {size - 1})) "$R/$d" ;;
                    esac
                    dd if=/dev/zero of="$R/$d/filler" bs=1k count={(size - 1) % 3 * 4} 2>/dev/null || true
                done
                echo "first: $("$P" regenerate --force --root "$R" 2>&1); $?"
                for d in etc/antpickax var/lib/k2hdkc-slave-agent; do
                    rm -f "$R/$d/filler"; mount -o remount,size=4m,nr_inodes=1000 "$R/$d"
                done
                cp "$R/etc/antpickax/k2hdkc.ini" "$R/../between.ini"
                "$P" regenerate --force --root "$R"
                cp "$R/etc/antpickax/k2hdkc.ini" "$R/../after.ini"
                """;
            var (code, output) = await MountNamespace.RunAsync(host, script);
            Assert.True(code == 0, run.Repeat($"{what}: {output}"));
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
            foreach (var name in new[] { "between.ini", "after.ini" })
            {
                File.Move(host.At($"/../{name}"), host.IniPath, overwrite: true);
                Assert.True(host.WhyBroken() is null, run.Repeat($"{what}, {name}: {host.WhyBroken()}"));
            }

            Assert.True(host.IsCurrent(), run.Repeat(what));
        }

        run.Say($"{sizes.Count() * 2} sizes");
    }

    [Fact]
    public async Task A_read_only_etc_leaves_the_last_good_file_and_the_daemon_goes_on_when_it_is_writable_again()
    {
        var run = new FaultRun("a read-only /etc");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await MountNamespace.RequireAsync(host);
        await host.ChangeAsync();
        var script = """
            set -e
            cp "$R/etc/antpickax/k2hdkc.ini" "$R/../before.ini"
            mount --bind "$R/etc" "$R/etc"
            mount -o remount,ro,bind "$R/etc"
            "$P" run --root "$R" > "$R/../daemon.log" 2>&1 &
            daemon=$!
            until grep -q "Read-only" "$R/../daemon.log"; do sleep 0.1; done
            kill -0 $daemon
            mount -o remount,rw,bind "$R/etc"
            while cmp -s "$R/etc/antpickax/k2hdkc.ini" "$R/../before.ini"; do sleep 0.1; done
            kill -TERM $daemon
            wait $daemon
            """;
        var (code, output) = await MountNamespace.RunAsync(host, script);
        Assert.True(code == 0, $"{output}\n{File.ReadAllText(host.At("/../daemon.log"))}");
        Assert.True(host.IsCurrent(), host.WhyBroken());
        run.Say("once");
    }

    [Fact]
    public async Task Whatever_stands_in_the_place_of_a_file_of_the_agents_is_neither_followed_nor_waited_for()
    {
        var run = new FaultRun("something else in a file's place");
        string[] files =
        [
            "/etc/antpickax/k2hdkc.ini", "/etc/antpickax/k2hr3-cuk", "/etc/antpickax/k2hr3-role-token", "/etc/antpickax/override.conf",
            "/etc/k2hdkc-slave-agent/environment", "/var/lib/k2hdkc-slave-agent/resource.json", "/var/lib/k2hdkc-slave-agent/role-keys.json",
            "/run/k2hdkc-slave-agent/status.json",
        ];
        (string Name, Func<FaultHost, string, Task> Put)[] things =
        [
            ("FIFO", (_, path) => MakeFifoAsync(path)),
            ("directory", (_, path) => Task.FromResult(Directory.CreateDirectory(path))),
            ("link", (host, path) => Task.FromResult(File.CreateSymbolicLink(path, host.At("/precious")))),
            ("link to nowhere", (host, path) => Task.FromResult(File.CreateSymbolicLink(path, host.At("/nowhere")))),
            ("link to itself", (_, path) => Task.FromResult(File.CreateSymbolicLink(path, path))),
            ("link to an endless device", (_, path) => Task.FromResult(File.CreateSymbolicLink(path, "/dev/zero"))),
            ("file that nobody may read", (_, path) =>
            {
                File.WriteAllText(path, "???");
                File.SetUnixFileMode(path, UnixFileMode.None);
                return Task.CompletedTask;
            }),
        ];
        var pairs = files.SelectMany(file => things.Select(thing => (file, thing))).OrderBy(_ => run.Random.Next()).ToList();
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await File.WriteAllTextAsync(host.At("/precious"), "do not touch", Cancel);
        foreach (var (file, thing) in pairs.Take(FaultRun.Times(8, int.MaxValue)))
        {
            var path = host.At(file);
            var token = await File.ReadAllTextAsync(host.At("/etc/antpickax/k2hr3-role-token"), Cancel);
            if (File.Exists(path))
            {
                File.Delete(path);
            }

            await thing.Put(host, path);
            await using (var daemon = host.Start(FaultHost.Program, "run", "--token-file", WriteToken(host, token), "--root", host.Root))
            {
                await daemon.UntilAsync(
                    () => daemon.HasEnded || daemon.HasLogged(ConditionTypes.Connected),
                    run.Repeat($"a {thing.Name} in the place of {file} holds it up"));
                Assert.False(daemon.HasEnded, run.Repeat($"a {thing.Name} in the place of {file} ends it: {daemon.Output}"));
                Remove(path);
                await host.ChangeAsync();
                await host.UntilCurrentAsync(daemon);
            }

            Assert.Equal("do not touch", await File.ReadAllTextAsync(host.At("/precious"), Cancel));
            Assert.False(File.Exists(host.At("/nowhere")));
            var (code, output) = await host.BootstrapAsync();
            Assert.True(code == 0, run.Repeat(output));
            Assert.Null(host.WhyBroken());
        }

        run.Say($"{Math.Min(pairs.Count, FaultRun.Times(8, int.MaxValue))} pairs of a file and a thing");
    }

    [Fact]
    public async Task A_file_of_another_owner_keeps_him()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root gives files away");
        var run = new FaultRun("a file of another owner");
        await using var host = await FaultHost.BootstrappedAsync(servers: 2);
        await RunToolAsync("chown", "12345:12346", host.IniPath);
        await host.ChangeAsync();
        Assert.Equal(0, (await host.RegenerateAsync()).ExitCode);
        Assert.Equal((12345u, 12346u), (FileStatus.Of(host.IniPath)!.User, FileStatus.Of(host.IniPath)!.Group));
        run.Say("once");
    }

    private static string WriteToken(FaultHost host, string token)
    {
        var path = host.At("/given-token");
        AtomicFile.Write(path, token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static void Remove(string path)
    {
        switch (FileStatus.Of(path)?.Kind)
        {
            case FileKind.Directory:
                Directory.Delete(path, recursive: true);
                break;
            case not null:
                File.Delete(path);
                break;
        }
    }

    private static Task MakeFifoAsync(string path) => RunToolAsync("mkfifo", path);

    private static async Task RunToolAsync(string tool, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(tool, arguments);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
    }
}
