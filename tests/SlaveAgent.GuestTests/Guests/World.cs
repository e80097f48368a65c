using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using CliWrap;
using SlaveAgent.GuestTests.Packages;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests.Guests;

/// <summary>What a slave's VM meets: K2HR3 with the cluster's roles, three servers, a package repository; and the VM.</summary>
internal sealed class World : IAsyncDisposable
{
    private const string ExtData = "k2hdkc-slave";

    private readonly WorldPlan _plan;
    private readonly PackageRepository _packages;

    private World(WorldPlan plan, K2hr3Service k2hr3, DbaasCluster names, IServerCluster cluster, PackageRepository packages, IPAddress address, Guest guest)
    {
        _plan = plan;
        _packages = packages;
        K2hr3 = k2hr3;
        Names = names;
        Cluster = cluster;
        Address = address;
        Packages = PackageRepository.At(address);
        Guest = guest;
        Role = plan.Role?.Invoke(k2hr3) ?? names.SlaveRole;
        Token = k2hr3.IssueToken(Role);
    }

    public K2hr3Service K2hr3 { get; }

    public DbaasCluster Names { get; }

    public IServerCluster Cluster { get; }

    /// <summary>Where K2HR3 and the packages are.</summary>
    public IPAddress Address { get; }

    /// <summary>The package repository's.</summary>
    public Uri Packages { get; }

    /// <summary>The repository with the agent's package, as apt wants it.</summary>
    public string AptSource => _packages.AptSource(Packages, _plan.AgentRepository);

    public Guest Guest { get; }

    /// <summary>The role that the host is launched into.</summary>
    public Yrn Role { get; }

    public RoleToken Token { get; }

    public string Cuk { get; } = $"{Guid.NewGuid()}";

    /// <summary>The host that starts with nothing but K2HR3's #include on a ConfigDrive, and a user's service that needs the cluster.</summary>
    /// <param name="name">The guest's own, at most ten letters.</param>
    public static async Task<World> CreateAsync(GuestMachine machine, string name, WorldPlan? plan = null)
    {
        Assert.SkipWhen(GuestMachine.WhyNot is not null, GuestMachine.WhyNot ?? "");
        plan ??= new();
        Assert.SkipWhen(plan.IsReal && RealCluster.UnavailableReason() is not null, "chmpx and k2hdkc are not on this machine's PATH");
        var number = machine.NextNumber();
        var network = $"10.78.{number}";
        var address = IPAddress.Parse($"{network}.1");
        var packages = await machine.PackagesAsync();
        var k2hr3 = await K2hr3Service.StartAsync(3000, "demo", address: address);
        var names = (plan.IsReal ? RealCluster.Names($"ring{number}", $"{address}") : new DbaasCluster("demo", "mycluster")) with { SlaveKeys = plan.SlaveKeys, Maker = plan.Maker };
        k2hr3.CreateCluster(names);
        IServerCluster cluster;
        if (plan.IsReal)
        {
            // chmpx knows itself by the addresses of the interfaces.
            await Cli.Wrap("ip").WithArguments(["addr", "replace", $"{address}/32", "dev", "lo"]).ExecuteAsync();
            cluster = new RealCluster(k2hr3, names, Path.Combine(Guest.Home, $"servers-{name}"), $"{address}");
        }
        else
        {
            cluster = new ServerCluster(k2hr3, names, TimeSpan.FromMilliseconds(200), network);
        }

        await cluster.AddAsync(plan.IsReal ? 2 : 3);

        // The stand-in chmpx needs this machine's .NET.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var guest = new Guest(name, number, [$"--bind-ro={dotnet}:/usr/share/dotnet"]);
        await guest.RemoveAsync();
        var world = new World(plan, k2hr3, names, cluster, packages, address, guest);
        k2hr3.SetUserData(new UserDataTemplates(
            Repository.Read("cloud-init/k2hdkc-slave-cloud-config.txt.templ"),
            world.Script(),
            Repository.Read("cloud-init/k2hdkc-slave-init-error.sh.templ")));
        k2hr3.SetExtData(ExtData, new ExtDataTemplate(world.Script(), ContentType: "text/x-shellscript"));
        world.Furnish();
        return world;
    }

    public Task WaitForConnectionAsync() => Guest.UntilAsync("the agent says connected to all servers, and so do they", IsConnectedAsync);

    /// <summary>K2HR3's list, the agent's status and the servers' own lists say the same.</summary>
    public async Task<bool> IsConnectedAsync()
    {
        var servers = Cluster.Servers;
        var status = await StatusAsync();
        return status is { } s
            && s.GetProperty("connection").GetProperty("state").GetString() == "connected"
            && s.GetProperty("control").GetProperty("state").GetString() == "current"
            && s.GetProperty("servers").GetProperty("connected").GetInt32() == servers.Count
            && await HaveServersTheSlaveAsync();
    }

    /// <summary>What the servers themselves say.</summary>
    public async Task<bool> HaveServersTheSlaveAsync()
    {
        foreach (var server in Cluster.Servers)
        {
            if (await server.HasSlaveAsync(Cuk, TestContext.Current.CancellationToken) is not true)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the agent says of itself; null while it says nothing.</summary>
    public async Task<string?> ConnectionAsync() => (await StatusAsync())?.GetProperty("connection").GetProperty("state").GetString();

    public async Task<JsonElement?> StatusAsync()
    {
        var result = await Guest.TryAsync("k2hdkc-slave-agent", "status", "--json");

        // 3 and 4 say that it is not connected, or not to all.
        return result.ExitCode is 0 or 3 or 4 ? JsonDocument.Parse(result.StandardOutput).RootElement : null;
    }

    /// <summary>The code of a condition's, of the daemon at work; null while it says nothing of it.</summary>
    public async Task<string?> ReasonAsync(string condition) => await StatusAsync() is { } status
        ? status.GetProperty("conditions").EnumerateArray().Where(one => one.GetProperty("type").GetString() == condition).Select(one => one.GetProperty("reason").GetString()).FirstOrDefault()
        : null;

    /// <summary>cloud-init's outcome, once it has one.</summary>
    public async Task<string> CloudInitAsync()
    {
        await Guest.UntilAsync(
            "cloud-init has ended",
            async () => (await Guest.TryAsync("test", "-e", "/run/cloud-init/result.json")).ExitCode == 0
                && !(await Guest.TryAsync("cloud-init", "status")).StandardOutput.Contains("running", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"== {Guest.Name} boots\n{await TimelineAsync()}");
        return (await Guest.TryAsync("cloud-init", "status", "--long")).StandardOutput;
    }

    /// <summary>The filled-in script itself, as K2HR3 serves it under a name of the operator's.</summary>
    public async Task<string> ReadExtDataAsync()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.UserAgent.ParseAdd("Cloud-Init/22.4.2");
        return await http.GetStringAsync(new Uri(K2hr3.Uri, $"/v1/extdata/{ExtData}/{Token.RegisterPath}"));
    }

    /// <summary>What happened when, in seconds since the guest's systemd started, for people to read; and the figure the issue asks for.</summary>
    public async Task<string> TimelineAsync()
    {
        // The guest shares this machine's monotonic clock: its own start is what the times are counted from.
        var lines = new List<(double At, string What)>();
        var zero = double.Parse(await Guest.RunAsync("systemctl", "show", "--value", "-p", "UserspaceTimestampMonotonic"), CultureInfo.InvariantCulture) / 1e6;
        foreach (var unit in new[]
        {
            "cloud-init-local.service", "cloud-init.service", "multi-user.target", "cloud-final.service", "k2hdkc-slave-agent.service", "chmpx.service",
            "k2hdkc-slave-ready.target", "user-app.service",
        })
        {
            if (await Guest.ActiveSinceAsync(unit) is { } at)
            {
                lines.Add((at, $"{unit} active"));
            }
        }

        var journal = await Guest.ShellAsync(
            "journalctl -b --no-pager -q -o short-monotonic -u k2hdkc-slave-agent -u k2hdkc-slave-bootstrap -u chmpx | grep -v 'systemd\\[1\\]' | head -n 60");
        foreach (var line in journal.Split('\n').Where(line => line.StartsWith('[')))
        {
            var parting = line.IndexOf(']');
            lines.Add((double.Parse(line[1..parting], CultureInfo.InvariantCulture), line[(parting + 1)..].Trim()));
        }

        foreach (var line in (await Guest.TryAsync("cat", "/run/guest-times")).StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', 2);
            lines.Add((double.Parse(words[0], CultureInfo.InvariantCulture), words[1]));
        }

        return string.Join('\n', lines.OrderBy(line => line.At).Select(line => $"{(line.At - zero).ToString("0.00", CultureInfo.InvariantCulture),8}  {line.What}"));
    }

    /// <summary>From the script's start to ready.target, and how much of it was spent in the package manager, in words.</summary>
    public async Task<string> ScriptToReadyAsync()
    {
        var times = (await Guest.RunAsync("cat", "/run/guest-times")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2)).Select(words => (At: double.Parse(words[0], CultureInfo.InvariantCulture), What: words[1])).ToList();
        var script = times.First(time => time.What == "script begins").At;
        var ready = await Guest.ActiveSinceAsync("k2hdkc-slave-ready.target") ?? throw new InvalidOperationException("ready.target was not reached");
        double inside = 0, since = 0;
        foreach (var (at, what) in times)
        {
            if (what.StartsWith("apt-get begins", StringComparison.Ordinal))
            {
                since = at;
            }
            else if (what.StartsWith("apt-get ends", StringComparison.Ordinal) && at <= ready)
            {
                inside += at - since;
            }
        }

        var total = ready - script;
        return string.Create(CultureInfo.InvariantCulture, $"script to ready.target: {total:0.00} s, of it {inside:0.00} s in apt-get, without: {total - inside:0.00} s");
    }

    public async ValueTask DisposeAsync()
    {
        await Guest.DisposeAsync();
        await Cluster.DisposeAsync();
        await K2hr3.DisposeAsync();
    }

    // What an operator fills in, and the moment at which the script begins.
    private string Script()
    {
        var (empty, filled) = _plan switch
        {
            { PackageSha256: { } sum } => (
                "PACKAGE_URL=''\nPACKAGE_SHA256=''\n",
                $"PACKAGE_URL='{Packages}agent/deb/pool/{Path.GetFileName(GuestMachine.AgentPackage)}'\nPACKAGE_SHA256='{sum}'\n"),
            { HasDnf: true } => ("DNF_REPOSITORY=''\n", $"DNF_REPOSITORY='{_packages.DnfRepository(Packages)}'\n"),
            _ => ("APT_SOURCE=''\n", $"APT_SOURCE='{AptSource}'\n"),
        };
        return Repository.Read("cloud-init/k2hdkc-slave-init.sh.templ")
            .Replace(empty, filled, StringComparison.Ordinal)
            .Replace("STEP_TIMEOUT=900", $"STEP_TIMEOUT={_plan.StepTimeout.TotalSeconds}", StringComparison.Ordinal)
            .Replace("say() {", "read -r up _ </proc/uptime; echo \"$up script begins\" >>/run/guest-times\nsay() {", StringComparison.Ordinal);
    }

    private void Furnish()
    {
        const UnixFileMode Program = (UnixFileMode)0x1ed;
        Guest.Put("/var/lib/cloud/seed/config_drive/openstack/latest/meta_data.json", $$"""{"uuid": "{{Cuk}}", "name": "slave", "hostname": "slave"}""");
        Guest.Put("/var/lib/cloud/seed/config_drive/openstack/latest/user_data", $"#include\n{K2hr3.Uri}v1/{(_plan.UsesExtData ? $"extdata/{ExtData}" : "userdata")}/{Token.RegisterPath}\n");
        Guest.Put("/etc/hosts", $"127.0.0.1 localhost\n{Guest.Address} slave.novalocal slave\n");
        Guest.Put("/etc/resolv.conf", "search novalocal\n");
        Guest.Put(
            "/etc/k2hdkc-slave-agent/conf.d/guest.yaml",
            _plan.IsReal
                ? $"packages:\n  antpickax:\n    uri: {Packages}real/\n    key: {PackageRepository.KeyFile}\nhost:\n  inboundip: {Guest.Address}\n"
                : $"packages:\n  antpickax:\n    uri: {Packages}\n    key: {PackageRepository.KeyFile}\n");
        Guest.Put(PackageRepository.KeyFile, _packages.Key);

        if (_plan.HasDnf)
        {
            Guest.Put("/etc/os-release", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\nPRETTY_NAME=\"Rocky Linux 9.4, played by Debian\"\n");
            // As on the distributions it plays; Debian's own rpm keeps its database in the home directory, which the agent's unit does not see.
            Guest.Put("/etc/rpm/macros", "%_dbpath /var/lib/rpm\n");
        }

        if (_plan.HasNeedrestart)
        {
            Guest.Copy("/usr/share/needrestart-hooks/apt", "/etc/apt/apt.conf.d/99needrestart");
            Guest.Copy("/usr/share/needrestart-hooks/dpkg", "/etc/dpkg/dpkg.cfg.d/needrestart");
            // Its settings are Perl, and are read at each of its runs.
            Guest.Put("/etc/needrestart/conf.d/guest.conf", "$nrconf{restart} = 'a';\nif (open(my $runs, '>>', '/run/needrestart-runs')) { print $runs \"run\\n\"; }\n");
        }

        // Where the time goes. In apt-get's own place, because .NET looks for a tool beside the program before it looks on PATH.
        Guest.Copy("/usr/bin/apt-get", "/usr/lib/guest/apt-get");
        Guest.Put(
            "/usr/bin/apt-get",
            """
            #!/bin/sh
            read -r up _ </proc/uptime; echo "$up apt-get begins: $*" >>/run/guest-times
            /usr/lib/guest/apt-get "$@"; code=$?
            read -r up _ </proc/uptime; echo "$up apt-get ends" >>/run/guest-times
            exit $code

            """,
            Program);
        Guest.Put("/usr/local/bin/user-app", "#!/bin/sh\n[ -n \"$CHMCONFFILE\" ] && [ -f \"$CHMCONFFILE\" ] || exit 1\nexec sleep infinity\n", Program);
        Guest.Put(
            "/etc/systemd/system/user-app.service",
            """
            [Unit]
            Requires=k2hdkc-slave-ready.target
            After=k2hdkc-slave-ready.target
            [Service]
            EnvironmentFile=/etc/k2hdkc-slave-agent/environment
            ExecStart=/usr/local/bin/user-app
            [Install]
            WantedBy=multi-user.target

            """);
        Guest.Link("/etc/systemd/system/multi-user.target.wants/user-app.service", "/etc/systemd/system/user-app.service");
    }
}
