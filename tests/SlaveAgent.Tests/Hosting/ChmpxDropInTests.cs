using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class ChmpxDropInTests : IDisposable
{
    private const string Agent = "/opt/agent/k2hdkc-slave-agent";

    private static readonly ChmpxSharing OfGroup = new("k2hdkc", "k2hdkc", null);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_programs_of_the_group_share_what_chmpx_makes_and_nobody_else_does()
    {
        var values = Write(OfGroup);
        Assert.Equal(["k2hdkc"], values["User"]);
        Assert.Equal(["k2hdkc"], values["Group"]);
        Assert.Equal(["0007"], values["UMask"]);
        Assert.Equal(["2770"], values["StateDirectoryMode"]);
        Assert.Equal(["2770"], values["RuntimeDirectoryMode"]);
        Assert.False(values.Contains("SupplementaryGroups"));
    }

    [Fact]
    public void A_user_of_another_group_keeps_that_one()
    {
        var values = Write(new ChmpxSharing("app", "k2hdkc", "app-group"));
        Assert.Equal(["app", "k2hdkc", "app-group"], Of(values, "User", "Group", "SupplementaryGroups"));
    }

    [Fact]
    public void Every_local_user_may_use_the_cluster_where_that_is_wanted()
    {
        var values = Write(new ChmpxSharing("k2hdkc", null, null));
        Assert.Equal(["0000", "0777", "0777"], Of(values, "UMask", "StateDirectoryMode", "RuntimeDirectoryMode"));
        Assert.False(values.Contains("Group"));
        Assert.Equal(["k2hdkc"], values["User"]);
    }

    [Fact]
    public void The_agents_commands_pass_where_the_agent_was_removed_and_run_as_root()
    {
        var values = Write(OfGroup);
        Assert.Equal([$"+/bin/sh -c '[ ! -x {Agent} ] || {{ {Agent} check-machine; [ $$? -ne 1 ]; }}'"], values["ExecCondition"]);
        Assert.Contains(
            $"-+/bin/sh -c '[ ! -x {Agent} ] || exec {Agent} prepare-chmpx --unit chmpx.service --configuration /etc/antpickax/k2hdkc.ini'", values["ExecStartPre"]);
        Assert.Contains($"-/bin/sh -c '[ ! -x {Agent} ] || exec {Agent} check-configuration --configuration /etc/antpickax/k2hdkc.ini'", values["ExecStartPre"]);
    }

    [Fact]
    public void Backups_of_shared_memory_are_removed_by_chmpxs_own_user_before_each_start()
    {
        var values = Write(OfGroup);
        var find = Assert.Single(values["ExecStartPre"], command => command.Contains("/find ", StringComparison.Ordinal));
        Assert.StartsWith("-/usr/bin/find /var/lib/antpickax -maxdepth 1 ", find, StringComparison.Ordinal);
        Assert.Equal(["no"], values["PermissionsStartOnly"]);

        // As systemd takes the line apart: no shell, no patterns.
        foreach (var name in new[] { "ring-8031.chmpx", "ring-8031.chmpx.bup", "ring-8031.chmpx.bup.0", "ring-8031.k2h", "mine.bup", "sub/ring-8031.chmpx.bup" })
        {
            _directory.Put($"antpickax/{name}", string.Empty);
        }

        var words = find.TrimStart('-').Replace("/var/lib/antpickax", _directory.At("antpickax"), StringComparison.Ordinal).Split(' ');
        using var process = System.Diagnostics.Process.Start(words[0], words[1..]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(
            ["mine.bup", "ring-8031.chmpx", "ring-8031.chmpx.bup", "ring-8031.k2h"],
            Directory.EnumerateFiles(_directory.At("antpickax"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.False(File.Exists(_directory.At("antpickax/ring-8031.chmpx.bup")));
    }

    [Fact]
    public void Systemd_never_gives_a_chmpx_up_that_ends_again_and_again()
    {
        var values = Write(OfGroup);
        Assert.Equal(["0", "always"], Of(values, "StartLimitIntervalSec", "Restart"));
    }

    [Theory]
    [InlineData("/usr/bin/k2hdkc-slave-agent", "/usr/bin/k2hdkc-slave-agent")]
    [InlineData("/opt/agent/k2hdkc-slave-agent", "/opt/agent/k2hdkc-slave-agent")]
    [InlineData("/opt/an agent/k2hdkc-slave-agent", "/usr/bin/k2hdkc-slave-agent")]
    [InlineData("/usr/bin/k2hdkc-slave-agent (deleted)", "/usr/bin/k2hdkc-slave-agent")]
    [InlineData("/usr/share/dotnet/dotnet", "/usr/bin/k2hdkc-slave-agent")]
    [InlineData(null, "/usr/bin/k2hdkc-slave-agent")]
    public void A_unit_calls_the_agent_where_it_was_started_from_or_where_the_package_puts_it(string? started, string executable) =>
        Assert.Equal(executable, AgentUnits.ExecutableOf(started));

    private static IEnumerable<string> Of(ILookup<string, string> values, params string[] keys) => keys.SelectMany(key => values[key]);

    private ILookup<string, string> Write(ChmpxSharing sharing)
    {
        var dropIn = new ChmpxDropIn(_directory.Root, "chmpx.service", "/etc/antpickax/k2hdkc.ini", Agent, () => sharing);
        Assert.True(dropIn.Write());
        Assert.False(dropIn.Write());
        return File.ReadAllLines(_directory.At("etc/systemd/system/chmpx.service.d/k2hdkc-slave-agent.conf"))
            .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
            .Select(line => line.Split('=', 2))
            .Where(pair => pair[1].Length > 0)
            .ToLookup(pair => pair[0], pair => pair[1]);
    }
}
