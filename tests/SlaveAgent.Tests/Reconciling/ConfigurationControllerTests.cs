using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>The step over a real HTTP server and a real file.</summary>
public sealed class ConfigurationControllerTests : IAsyncLifetime
{
    private const string Secret = "e2f568bca43f5fe84c85b4c05eb64a67dd6a07a19637efd33eb875603453305a";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RingMemory _ring = new();
    private readonly ListLog _log = new();
    private readonly List<string?> _conditions = [];
    private SmallServer _server = null!;
    private K2hr3Client _client = null!;
    private RoleMemory _role = null!;
    private ConfigurationFile _file = null!;
    private ConfigurationController _step = null!;
    private string? _resource = SampleIni.With(["svr1", "svr2"]);
    private RequestDelegate? _trouble;
    private bool _registersAgain = true;
    private readonly HashSet<string> _files = ["/cert", "/cadir"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Yrn Role { get; } = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;

    public async ValueTask InitializeAsync()
    {
        _server = await SmallServer.StartAsync(async context =>
        {
            if (_trouble is not null)
            {
                await _trouble(context);
                return;
            }

            var etag = $"W/\"{_resource!.GetHashCode(StringComparison.Ordinal)}\"";
            string? condition = context.Request.Headers.IfNoneMatch;
            _conditions.Add(condition);
            context.Response.Headers.ETag = etag;
            if (condition == etag)
            {
                context.Response.StatusCode = 304;
                return;
            }

            await context.Response.WriteAsync($$"""{"result":true,"message":null,"resource":{{JsonSerializer.Serialize(_resource)}}}""", Cancel);
        });
        Restart();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_first_answer_is_written_and_the_ring_is_looked_at()
    {
        var outcome = Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Equal("generation 1 with 2 servers", outcome.Message);
        Assert.Equal(ControllerKinds.Connection, outcome.Triggers);
        Assert.True(_role.IsSlaveNode);
        Assert.Equal(["svr1", "svr2"], Current().Servers.Select(s => s["NAME"]));
    }

    [Fact]
    public async Task What_says_the_same_is_asked_for_conditionally_and_not_written()
    {
        await _step.RunAsync(Cancel);
        var before = FileStatus.Of(_file.Path)!.Version;
        Assert.Equal("generation 1 with 2 servers is what K2HR3 says", Assert.IsType<Outcome.Unchanged>(await _step.RunAsync(Cancel)).Message);
        _resource = "# other words\n" + _resource!.Replace("FILEVERSION = 1", "FILEVERSION = 99\nDATE = today", StringComparison.Ordinal);
        Assert.IsType<Outcome.Unchanged>(await _step.RunAsync(Cancel));
        Assert.Equal(before, FileStatus.Of(_file.Path)!.Version);
        Assert.Null(_conditions[0]);
        Assert.NotNull(_conditions[1]);
    }

    [Fact]
    public async Task A_restarted_agent_still_asks_conditionally_and_writes_nothing()
    {
        await _step.RunAsync(Cancel);
        Restart();
        Assert.IsType<Outcome.Unchanged>(await _step.RunAsync(Cancel));
        Assert.NotNull(_conditions[1]);
        Assert.Equal(1, Current().FileVersion);
    }

    [Fact]
    public async Task An_accepted_answer_that_could_not_be_kept_on_a_full_disk_is_kept_once_there_is_room()
    {
        // A directory in its place, as no file can be made on a full disk.
        Directory.CreateDirectory(_directory.At("var/lib/k2hdkc-slave-agent/resource.json"));
        await Assert.ThrowsAsync<IOException>(() => _step.RunAsync(Cancel));
        Directory.Delete(_directory.At("var/lib/k2hdkc-slave-agent/resource.json"));
        Assert.IsType<Outcome.Unchanged>(await _step.RunAsync(Cancel));
        Assert.True(File.Exists(_directory.At("var/lib/k2hdkc-slave-agent/resource.json")));
    }

    [Fact]
    public async Task A_changed_list_is_written_as_the_next_generation()
    {
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        Assert.Equal("generation 2 with 3 servers, before 2 servers", (await _step.RunAsync(Cancel)).Message);
        Assert.Equal(2, Current().FileVersion);
    }

    [Fact]
    public async Task A_list_that_loses_most_live_servers_has_to_be_given_three_times_and_over_five_seconds_each_time_asked_for_anew()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        _resource = SampleIni.With(["svr1"]);
        for (var i = 0; i < 2; i++)
        {
            var doubted = Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));
            Assert.Equal((ReasonCodes.LargeShrink, TimeSpan.FromSeconds(2.5)), (doubted.Code, doubted.Again));
            Assert.Equal(3, Current().Servers.Count());
            _time.Advance(doubted.Again!.Value);
        }

        Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Null(_conditions[^1]);
        Assert.Null(_conditions[^2]);
        Assert.Single(Current().Servers);
    }

    [Fact]
    public async Task Neither_many_answers_at_once_nor_one_long_after_the_other_take_most_servers_away()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        _resource = SampleIni.With(["svr1"]);
        await _step.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));

        _resource = SampleIni.With(["svr2"]);
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));
        }

        Assert.Equal(3, Current().Servers.Count());
    }

    /// <summary>At a reboot the agent asks K2HR3 before chmpx has shown any server, and chmpx shows all of them as down at first.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Before_the_ring_was_seen_the_file_in_place_speaks_for_the_servers(bool showsThemDown)
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        Restart();
        if (showsThemDown)
        {
            _ring.Note(new RingView(1, [.. Current().Servers.Select(s => new RingServer(new NodeKey(s["CUK"]!, 8021), s["NAME"]!, false, false, false))]));
        }

        _resource = SampleIni.With(["svr1"]);
        Assert.Equal(ReasonCodes.LargeShrink, Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel)).Code);
        Assert.Equal(3, Current().Servers.Count());
    }

    [Fact]
    public async Task A_restart_does_not_take_the_servers_away_sooner()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1"]);
        for (var i = 0; i < 4; i++)
        {
            Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));
            _time.Advance(TimeSpan.FromSeconds(1.25));
            Restart();
        }

        Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
    }

    [Fact]
    public async Task What_was_accepted_before_is_put_back_at_once_whatever_somebody_wrote_into_the_file()
    {
        _resource = SampleIni.With(["svr1"]);
        await _step.RunAsync(Cancel);
        Show("svr1");
        await File.WriteAllTextAsync(_file.Path, SampleIni.With(["a", "b", "c", "d"]), Cancel);
        Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Equal(["svr1"], Current().Servers.Select(s => s["NAME"]));
    }

    [Fact]
    public async Task A_list_that_was_doubted_and_comes_right_again_takes_no_server_away()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        foreach (var list in (string[][])[["svr1"], ["svr1"], ["svr1", "svr2", "svr3"], ["svr1"], ["svr1"], ["svr2"], ["svr3"]])
        {
            _resource = SampleIni.With(list);
            var outcome = await _step.RunAsync(Cancel);
            Assert.Equal(list.Length > 1, outcome is Outcome.Unchanged);
            Assert.Equal(list.Length == 1, outcome is Outcome.Waiting);
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        Assert.Equal(3, Current().Servers.Count());
    }

    [Fact]
    public async Task A_K2HR3_that_is_away_in_between_starts_it_over()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1"]);
        await _step.RunAsync(Cancel);
        await _step.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        _trouble = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await _step.RunAsync(Cancel);
        _trouble = null;
        Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal(3, Current().Servers.Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[GLOBAL]\n")]
    [InlineData("[GLOBAL]\nMODE = SERVER\n")]
    [InlineData("[GLOBAL]\nMODE = SLAVE\nGROUP = a/b\n")]
    [InlineData("<html>maintenance</html>")]
    public async Task A_resource_that_turns_bad_leaves_the_last_good_file(string bad)
    {
        await _step.RunAsync(Cancel);
        var before = await File.ReadAllTextAsync(_file.Path, Cancel);
        _resource = bad;
        for (var i = 0; i < 5; i++)
        {
            Assert.Contains("the last good file stays", Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllTextAsync(_file.Path, Cancel));
        Assert.True(_role.IsSlaveNode);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(200)]
    public async Task A_K2HR3_in_trouble_leaves_the_last_good_file_and_never_shows_the_token(int status)
    {
        await _step.RunAsync(Cancel);
        _trouble = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync($$"""{"result":false,"message":"token({{Secret}}) does not allow to read access"}""", Cancel);
        };
        var board = new StatusBoard([_step], _file, _ring, Role.ToString(), _directory.Root, true, _time, _log.Logger);
        for (var i = 0; i < 5; i++)
        {
            var failed = Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel));
            Assert.Equal(Consequence.K2hr3Away, failed.Consequence);
            Assert.EndsWith("; the last good file stays", failed.Message, StringComparison.Ordinal);
            board.Report(_step, failed, TimeSpan.Zero);
        }

        Assert.Equal(2, Current().Servers.Count());
        Assert.All(
            Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories),
            path => Assert.DoesNotContain(Secret, File.ReadAllText(path), StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_K2HR3_away_a_lost_file_is_made_again_from_the_last_accepted_answer()
    {
        await _step.RunAsync(Cancel);
        File.Delete(_file.Path);
        Restart();
        _trouble = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Assert.Contains("generation 2 was made from the last answer that was accepted", (await _step.RunAsync(Cancel)).Message, StringComparison.Ordinal);
        Assert.Equal(2, Current().Servers.Count());
    }

    [Fact]
    public async Task A_role_that_may_read_nothing_is_no_slaves_after_three_answers_and_certainly_after_five_minutes()
    {
        Deny();
        Assert.Equal(
            "reading the role's resource failed: K2HR3 refused (404): role(c) in tenant(t) does not allow to read access to resource(x)",
            Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Message);
        Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel));
        Assert.Null(_role.IsSlaveNode);
        var outcome = Assert.IsType<Outcome.NothingToDo>(await _step.RunAsync(Cancel));
        Assert.Equal("K2HR3 lets this role read no resource; certain once K2HR3 has said so for 300 s", outcome.Message);
        Assert.Equal((ReasonCodes.NotASlave, true, TimeSpan.FromMinutes(5)), (outcome.Code, outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.Equal((false, false), (_role.IsSlaveNode, _role.IsSurelyOther));

        _time.Advance(TimeSpan.FromMinutes(5));
        outcome = Assert.IsType<Outcome.NothingToDo>(await _step.RunAsync(Cancel));
        Assert.Equal(("K2HR3 lets this role read no resource", ReasonCodes.NotASlave, false), (outcome.Message, outcome.Code, outcome.IsUnconfirmed));
        Assert.True(_role.IsSurelyOther);
    }

    [Fact]
    public async Task A_role_that_is_gone_leaves_the_last_good_file_and_is_told_by_its_code_once_that_is_certain()
    {
        await _step.RunAsync(Cancel);
        Deny();
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Code);
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(ReasonCodes.RoleGone, Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Code);
        Assert.Equal(2, Current().Servers.Count());
        Assert.True(_role.IsSlaveNode);
    }

    [Fact]
    public async Task A_role_that_becomes_a_slaves_has_its_packages_looked_at_at_once()
    {
        var text = _resource;
        _resource = string.Empty;
        await _step.RunAsync(Cancel);
        await _step.RunAsync(Cancel);
        Assert.IsType<Outcome.NothingToDo>(await _step.RunAsync(Cancel));
        _resource = text;
        var outcome = Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Equal(ControllerKinds.Connection | ControllerKinds.Packages, outcome.Triggers);
        Assert.Equal(ControllerKinds.None, (await _step.RunAsync(Cancel)).Triggers);
    }

    [Fact]
    public async Task A_host_that_is_not_listed_is_registered_again_and_the_file_stays()
    {
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2"]).Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = slv1\nCUK = other", StringComparison.Ordinal);
        var outcome = Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal(
            ("the role's resource does not list this host; it is registered again", ControllerKinds.Registration, "not listed"), (outcome.Message, outcome.Triggers, outcome.TriggerReason));
        Assert.Equal("cuk-slv1", Current().Slaves.Single()["CUK"]);
    }

    [Fact]
    public async Task A_file_whose_mode_somebody_changed_is_put_right()
    {
        await _step.RunAsync(Cancel);
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead);
        Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.True(_file.HasRightMode);
    }

    [Fact]
    public async Task A_warning_is_given_once_while_it_stays_the_same()
    {
        _resource += "\n[SVRNODE]\nNAME = svr1\nCUK = cuk-svr1\nPORT = 8020\nCTLPORT = 8021\nCUSTOM_ID_SEED = svr1\n";
        for (var i = 0; i < 3; i++)
        {
            await _step.RunAsync(Cancel);
            Assert.Contains("[SVRNODE] svr1 is listed again", Assert.Single(_log.Seen), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_that_is_not_listed_is_not_registered_again_where_it_is_not_to_be()
    {
        _registersAgain = false;
        Restart();
        _resource = _resource!.Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = slv1\nCUK = other", StringComparison.Ordinal);
        var waiting = Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal(("the role's resource does not list this host, and host.register_again is off", ControllerKinds.None), (waiting.Message, waiting.Triggers));
    }

    [Fact]
    public async Task What_chmpx_would_exit_on_is_said_three_rules_at_a_time()
    {
        _resource = _resource!.Replace("DELIVERMODE = hash", "DELIVERMODE = what\nSSL = what", StringComparison.Ordinal);
        Assert.DoesNotContain(" more", Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Message, StringComparison.Ordinal);
        _resource = _resource.Replace("PORT = 8020", "PORT = many", StringComparison.Ordinal);
        var words = Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Message;
        Assert.Matches("^the role's resource was refused, because chmpx would exit on it: line 6: [^;]+; line [0-9]+: [^;]+; line [0-9]+: [^;]+; and 1 more$", words);
    }

    [Theory]
    [InlineData("/cert")]
    [InlineData("/cadir")]
    public async Task Certificates_count_only_while_they_are_there(string gone)
    {
        _resource = _resource!.Replace(
            "SELFCUK = cuk-slv1", "SELFCUK = cuk-slv1\nSSL = yes\nCAPATH = /cadir\nSERVER_CERT = /cert\nSERVER_PRIKEY = /cert", StringComparison.Ordinal);
        Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.IsType<Outcome.Unchanged>(await _step.RunAsync(Cancel));
        _files.Remove(gone);
        Assert.Contains($"names \"{gone}\", which is not there on this host", Assert.IsType<Outcome.Failed>(await _step.RunAsync(Cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_kept_is_said_and_the_configuration_is_in_place()
    {
        _directory.Put("var/lib/k2hdkc-slave-agent/generations", "in the way");
        Assert.IsType<Outcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Equal(1, Current().FileVersion);
        Assert.StartsWith("Warning No copy of generation 1 could be kept: ", Assert.Single(_log.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_never_was_a_slaves_is_none()
    {
        _resource = "[GLOBAL]\nMODE = SERVER\n";
        Assert.Equal("the role's resource is no slave configuration (its MODE is SERVER); K2HR3 has to say so again", Assert.IsType<Outcome.Waiting>(await _step.RunAsync(Cancel)).Message);
        await _step.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("the role's resource is no slave configuration (its MODE is SERVER)", Assert.IsType<Outcome.NothingToDo>(await _step.RunAsync(Cancel)).Message);
        Assert.False(File.Exists(_file.Path));
    }

    [Fact]
    public void It_asks_K2HR3() =>
        Assert.Equal((ControllerKinds.Configuration, "write configuration", true, TimeSpan.FromMinutes(2)), (_step.Kind, _step.Name, _step.AsksK2hr3, _step.WatchdogLimit));

    private void Restart()
    {
        _client?.Dispose();
        _client = new K2hr3Client(
            new K2hr3Identity(_server.Address, Role, Role.TenantYrn, "cuk-slv1", "slv1", null, null, false),
            () => RoleToken.TryParse(Secret), new RenewingHandler(TlsFiles.None), TimeSpan.FromSeconds(40), TimeProvider.System);
        var evidence = DefaultSettings.EvidenceOf(_directory, _time);
        _role = new RoleMemory(_client, Role.ToResource(), _directory.Root, DefaultSettings.Slave, evidence);
        _file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _time);
        var resource = new ResourceReader(_client, Role.ToResource(), _directory.Root, evidence);
        var files = new HostFiles(path => path == "/cert" && _files.Contains(path), path => path == "/cadir" && _files.Contains(path));
        _step = new ConfigurationController(
            resource, _role, _file, _ring, new LastGoodConfiguration(resource, _file, _ring, "cuk-slv1", files), evidence, "cuk-slv1", files,
            new ConfigurationSettings(null, null, UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeSpan.FromSeconds(5)), _registersAgain, _log.Logger);
    }

    private void Deny() => _trouble = context =>
    {
        context.Response.StatusCode = 404;
        return context.Response.WriteAsync("""{"result":false,"message":"role(c) in tenant(t) does not allow to read access to resource(x)"}""", Cancel);
    };

    private void Show(params string[] up) => _ring.Note(new RingView(1, [.. up.Select(name => new RingServer(new NodeKey($"cuk-{name}", 8021), name, true, true, true))]));

    private IniDocument Current() => IniReader.Read(File.ReadAllText(_file.Path));
}
