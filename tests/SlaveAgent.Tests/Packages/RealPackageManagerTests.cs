using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Packages;

/// <summary>What the real apt and dpkg say; everything that is asked changes nothing.</summary>
public sealed class RealPackageManagerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public static TheoryData<string, string, bool> Sources => new()
    {
        { "sources.list.d/antpickax_stable.list", "# By the repository's own script.\ndeb-src [signed-by=/k.gpg] https://packages.test/debian/ bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] https://packages.test/debian bookworm main", true },
        { "sources.list", "deb https://packages.test/debian/ bookworm main # AntPickax", true },
        { "sources.list.d/other.sources", "# Two\nTypes: deb\nURIs: https://packages.test/ubuntu/\nSuites: jammy\nComponents: main\n\ntypes: deb\nuris: https://elsewhere.test/\n https://packages.test/debian/\nsuites: bullseye bookworm\nComponents: main\nSigned-By: /k.gpg", true },
        { "sources.list.d/antpickax.sources", "Types: deb\nURIs: https://packages.test/debian/\nSuites: bookworm\nComponents: main\n", true },
        { "sources.list.d/other.sources", "Types: deb\nURIs: https://packages.test/debian/\nSuites: bookworm\nComponents: main\nEnabled: no\n", false },
        { "sources.list.d/antpickax_stable.list", "# deb https://packages.test/debian/ bookworm main", false },
        { "sources.list.d/antpickax_stable.list", "deb [signed-by=/k.gpg] https://packages.test/debian/ bullseye main", false },
        { "sources.list.d/antpickax_stable.list.disabled", "deb https://packages.test/debian/ bookworm main", false },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("awk", PackageState.Installed)]
    [InlineData("base-files", PackageState.Installed)]
    [InlineData("base-files:amd64", PackageState.Installed)]
    [InlineData("base-files/bookworm", PackageState.Installed)]
    [InlineData("base-files=0.1", PackageState.NewerInstalled)]
    [InlineData("base-files=9999", PackageState.Missing)]
    [InlineData("no-such-package-anywhere", PackageState.Missing)]
    public async Task Dpkg_knows_a_package_or_who_provides_it(string package, PackageState state)
    {
        RequireDebian();
        Assert.Equal(state, await Apt().StateOfAsync(package, Cancel));
    }

    [Fact]
    public async Task The_installed_version_is_installed()
    {
        RequireDebian();
        var version = (await new CommandRunner(TimeProvider.System).RunAsync("dpkg-query", ["-W", "-f", "${Version}", "base-files"], TimeSpan.FromMinutes(1), Cancel)).Output.Trim();
        Assert.Equal(PackageState.Installed, await Apt().StateOfAsync($"base-files={version}", Cancel));
    }

    [Fact]
    public async Task A_simulated_install_finds_what_dpkg_does_not_know_by_that_name()
    {
        RequireDebian();
        var shown = await new CommandRunner(TimeProvider.System).RunAsync(
            "dpkg-query", ["-W", "-f", @"${Architecture} ${Package}\n"], TimeSpan.FromMinutes(1), Cancel, line => line.StartsWith("all ", StringComparison.Ordinal));
        var found = false;
        foreach (var line in shown.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(10))
        {
            // For every architecture, and so with none of its own. One that can be upgraded would be.
            var package = $"{line["all ".Length..]}:amd64";
            Assert.Equal(PackageState.Missing, await Apt().StateOfAsync(package, Cancel));
            found |= await Apt().ChangesNothingAsync(package, Cancel);
        }

        Assert.True(found);
        Assert.False(await Apt().ChangesNothingAsync("no-such-package-anywhere", Cancel));
    }

    [Theory]
    [InlineData("ID=debian\nVERSION_CODENAME=", null, "debian/nowhere", true)]
    [InlineData("ID=debian", "bookworm", "debian/bookworm", false)]
    public async Task The_real_apt_reads_the_source_and_says_whether_there_is_such_a_repository(string osRelease, string? setting, string address, bool isAbsent)
    {
        RequireDebian();
        await using var server = await SmallServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        var repository = isAbsent ? server.Address : new Uri("http://127.0.0.1:1/");
        var apt = new AptPackageManager(
            new CommandRunner(TimeProvider.System), _directory.Root, repository,
            RepositoryDistribution.Of(OsRelease.Read(osRelease), null, setting ?? "nowhere"), TimeSpan.Zero);
        Assert.Equal($"{repository.ToString().TrimEnd('/')}/{address}", apt.RepositoryAddress);
        apt.SetUpRepository("a key");
        foreach (var directory in new[] { "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg" })
        {
            Directory.CreateDirectory(_directory.At(directory));
        }

        _directory.Put("var/lib/dpkg/status", string.Empty);
        var updated = await new CommandRunner(TimeProvider.System).RunAsync(
            "apt-get", ["-o", $"Dir={_directory.Root.Directory}", "-o", $"Dir::State::status={_directory.At("var/lib/dpkg/status")}", "-o", "Acquire::Retries=0", "-o", "APT::Sandbox::User=", "update"],
            TimeSpan.FromMinutes(2), Cancel);
        Assert.DoesNotContain("Malformed", updated.Output, StringComparison.Ordinal);
        Assert.Equal((!isAbsent, isAbsent), (updated.IsDone, apt.IsRepositoryAbsent(updated)));
        Assert.True(apt.RemoveRepository());
        Assert.Empty(Directory.GetFiles(_directory.At("etc"), "antpickax*", SearchOption.AllDirectories));
        Assert.False(apt.RemoveRepository());
    }

    /// <summary>Two sources of one repository with different keys, or one without, keep the real apt from reading any source of the host.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_source_of_the_hosts_own_for_the_repository_is_used_and_the_real_apt_goes_on_reading_its_sources(string file, string text, bool isHosts)
    {
        RequireDebian();
        _directory.Put($"etc/apt/{file}", text + "\n");
        var apt = Apt();
        Assert.Equal(isHosts, apt.HasRepository);
        if (!isHosts)
        {
            Assert.True(apt.SetUpRepository("a key"));
            Assert.False(apt.HasRepository);
        }

        Directory.CreateDirectory(_directory.At("var/lib/apt/lists/partial"));
        var read = await new CommandRunner(TimeProvider.System).RunAsync(
            "apt-get", ["-o", $"Dir={_directory.Root.Directory}", "--print-uris", "update"], TimeSpan.FromMinutes(1), Cancel);
        Assert.True(read.IsDone, read.Output);
        Assert.Contains("https://packages.test/debian/dists/bookworm/", read.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_ones_source_of_the_same_name_stays()
    {
        _directory.Put("etc/apt/sources.list.d/antpickax.sources", "Types: deb\n");
        Assert.False(Apt().RemoveRepository());
        Assert.True(File.Exists(_directory.At("etc/apt/sources.list.d/antpickax.sources")));
    }

    [Theory]
    [InlineData(1, "  - Status code: 404 for https://packages.test/el/99/x86_64/repodata/repomd.xml (IP: 192.0.2.1)\nError: Failed to download metadata", true)]
    [InlineData(1, "  - Status code: 503 for https://packages.test/el/99/x86_64/repodata/repomd.xml (IP: 192.0.2.1)\nError: Failed to download metadata", false)]
    [InlineData(1, "  - Status code: 404 for https://other.test/el/99/x86_64/repodata/repomd.xml (IP: 192.0.2.1)", false)]
    [InlineData(1, "  - Curl error (7): Couldn't connect to server for https://packages.test/el/99/x86_64/repodata/repomd.xml", false)]
    [InlineData(0, "", false)]
    public void What_dnf_says_of_a_repository_that_does_not_exist_is_known(int code, string output, bool isAbsent) =>
        Assert.Equal(isAbsent, new DnfPackageManager(new CommandRunner(TimeProvider.System), _directory.Root, new Uri("https://packages.test/"), "el/99").IsRepositoryAbsent(new CommandResult(code, output)));

    private static void RequireDebian() => Assert.SkipUnless(File.Exists("/var/lib/dpkg/status") && File.Exists("/usr/bin/apt-get"), "apt and dpkg are not on this machine");

    private AptPackageManager Apt() => new(new CommandRunner(TimeProvider.System), _directory.Root, new Uri("https://packages.test/"), "debian/bookworm", TimeSpan.Zero);
}
