using System.Diagnostics;
using SlaveAgent.Packages;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>What the scripts of the .deb say and stop, run with stand-ins for the tools and with a copy of the host's paths.</summary>
public sealed class PackageScriptTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Removing_stops_the_agent_alone_and_says_that_the_host_is_still_registered()
    {
        _directory.Put("etc/antpickax/k2hr3-role-name", "yrn:yahoo:::t:role:c/slave\u001b[2J");
        _directory.Put("etc/systemd/system/chmpx.service.d/k2hdkc-slave-agent.conf", "[Service]\n");
        var (code, said) = await RunAsync("prerm", "remove");
        Assert.Equal(0, code);
        Assert.Equal(
            ["deb-systemd-invoke stop k2hdkc-slave-agent.service k2hdkc-slave-bootstrap.service", "systemctl --system daemon-reload"],
            await File.ReadAllLinesAsync(_directory.At("calls"), Cancel));
        Assert.Contains("yrn:yahoo:::t:role:c/slave", said, StringComparison.Ordinal);
        Assert.Contains("unregister", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', said);

        // chmpx's next start must not need an executable that is gone.
        Assert.False(File.Exists(_directory.At("etc/systemd/system/chmpx.service.d/k2hdkc-slave-agent.conf")));
    }

    [Theory]
    [InlineData("upgrade")]
    [InlineData("remove")]
    public async Task Of_a_host_that_is_in_no_role_nothing_is_said_nor_in_an_upgrade(string action)
    {
        if (action == "upgrade")
        {
            _directory.Put("etc/antpickax/k2hr3-role-name", "yrn:yahoo:::t:role:c/slave");
        }

        Assert.Equal((0, string.Empty), await RunAsync("prerm", action));
        Assert.Equal(action == "remove", File.Exists(_directory.At("calls")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_purge_takes_the_source_and_its_key_where_the_agent_wrote_them(bool isOwn)
    {
        const string Key = "etc/apt/keyrings/antpickax.asc";
        const string Source = "etc/apt/sources.list.d/antpickax.sources";
        if (isOwn)
        {
            var apt = new AptPackageManager(new SlaveAgent.Hosting.CommandRunner(TimeProvider.System), _directory.Root, new Uri("https://packages.test/"), "debian/bookworm", TimeSpan.Zero);
            apt.SetUpRepository("key");
        }
        else
        {
            _directory.Put(Source, "# Mine.\nTypes: deb\n");
            _directory.Put(Key, "key");
        }

        Assert.Equal(0, (await RunAsync("postrm", "purge")).Code);
        Assert.Equal((!isOwn, !isOwn), (File.Exists(_directory.At(Source)), File.Exists(_directory.At(Key))));
    }

    private async Task<(int Code, string Said)> RunAsync(string script, string action)
    {
        foreach (var tool in new[] { "systemctl", "deb-systemd-invoke", "deb-systemd-helper" })
        {
            File.SetUnixFileMode(_directory.Put($"bin/{tool}", $"#!/bin/sh\necho \"{tool} $*\" >>'{_directory.At("calls")}'\n"), (UnixFileMode)0x1ed);
        }

        // As on a host that systemd runs, below another root.
        var text = Repository.Read($"packaging/deb/{script}");
        foreach (var top in new[] { "/etc/", "/var/lib/", "/run/" })
        {
            text = text.Replace(top, $"{_directory.At(top[1..])}", StringComparison.Ordinal);
        }

        Directory.CreateDirectory(_directory.At("run/systemd/system"));
        using var run = Process.Start(new ProcessStartInfo("sh", [_directory.Put(script, text), action])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = $"{_directory.At("bin")}:/usr/bin:/bin" },
        })!;
        var said = run.StandardError.ReadToEndAsync(Cancel);
        await run.StandardOutput.ReadToEndAsync(Cancel);
        await run.WaitForExitAsync(Cancel);
        return (run.ExitCode, await said);
    }
}
