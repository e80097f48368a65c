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
public sealed class WriteConfigurationStepTests : IAsyncLifetime
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
    private WriteConfigurationStep _step = null!;
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
        var outcome = Assert.IsType<StepOutcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Equal("generation 1 with 2 servers", outcome.Words);
        Assert.Equal(Steps.VerifyConnection, outcome.Demands);
        Assert.True(_role.IsSlaveNode);
        Assert.Equal(["svr1", "svr2"], Current().Servers.Select(s => s["NAME"]));
    }

    [Fact]
    public async Task What_says_the_same_is_asked_for_conditionally_and_not_written()
    {
        await _step.RunAsync(Cancel);
        var before = FileStatus.Of(_file.Path)!.Version;
        Assert.Equal("generation 1 with 2 servers is what K2HR3 says", Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel)).Words);
        _resource = "# other words\n" + _resource!.Replace("FILEVERSION = 1", "FILEVERSION = 99\nDATE = today", StringComparison.Ordinal);
        Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel));
        Assert.Equal(before, FileStatus.Of(_file.Path)!.Version);
        Assert.Null(_conditions[0]);
        Assert.NotNull(_conditions[1]);
    }

    [Fact]
    public async Task A_restarted_agent_still_asks_conditionally_and_writes_nothing()
    {
        await _step.RunAsync(Cancel);
        Restart();
        Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel));
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
        Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel));
        Assert.True(File.Exists(_directory.At("var/lib/k2hdkc-slave-agent/resource.json")));
    }

    [Fact]
    public async Task A_changed_list_is_written_as_the_next_generation()
    {
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        Assert.Equal("generation 2 with 3 servers, before 2 servers", (await _step.RunAsync(Cancel)).Words);
        Assert.Equal(2, Current().FileVersion);
    }

    [Fact]
    public async Task A_list_that_loses_most_live_servers_needs_a_second_answer_that_is_asked_for_anew()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        _resource = SampleIni.With(["svr1"]);
        var doubted = Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal("K2HR3 lists 1 server and leaves out more than half of those that are up; a second answer has to say the same", doubted.Words);
        Assert.Equal(TimeSpan.FromSeconds(5), doubted.Again);
        Assert.Equal(3, Current().Servers.Count());
        Assert.IsType<StepOutcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Null(_conditions[^1]);
        Assert.Single(Current().Servers);
    }

    [Fact]
    public async Task A_list_that_was_doubted_and_comes_right_again_takes_no_server_away()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _step.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        _resource = SampleIni.With(["svr1"]);
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel));
        _resource = SampleIni.With(["svr2"]);
        Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel));
        _resource = SampleIni.With(["svr3"]);
        Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel));
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
            Assert.Contains("the last good file stays", Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel)).Words, StringComparison.Ordinal);
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
            var failed = Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel));
            Assert.Equal(Consequence.K2hr3Away, failed.Consequence);
            Assert.EndsWith("; the last good file stays", failed.Words, StringComparison.Ordinal);
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
        Assert.Contains("generation 2 was made from the last answer that was accepted", (await _step.RunAsync(Cancel)).Words, StringComparison.Ordinal);
        Assert.Equal(2, Current().Servers.Count());
    }

    [Fact]
    public async Task A_role_that_may_read_nothing_is_believed_the_third_time_and_only_if_it_never_could()
    {
        _trouble = context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("""{"result":false,"message":"role(c) in tenant(t) does not allow to read access to resource(x)"}""", Cancel);
        };
        Assert.Equal(
            "reading the role's resource failed: K2HR3 refused (404): role(c) in tenant(t) does not allow to read access to resource(x)",
            Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel)).Words);
        Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel));
        Assert.Null(_role.IsSlaveNode);
        Assert.Equal("K2HR3 lets this role read no resource", Assert.IsType<StepOutcome.NothingToDo>(await _step.RunAsync(Cancel)).Words);
        Assert.False(_role.IsSlaveNode);
    }

    [Fact]
    public async Task A_host_that_is_not_listed_is_registered_again_and_the_file_stays()
    {
        await _step.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2"]).Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = slv1\nCUK = other", StringComparison.Ordinal);
        var outcome = Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal(
            ("the role's resource does not list this host; it is registered again", Steps.RegisterHost, "not listed"), (outcome.Words, outcome.Demands, outcome.DemandReason));
        Assert.Equal("cuk-slv1", Current().Slaves.Single()["CUK"]);
    }

    [Fact]
    public async Task A_file_whose_mode_somebody_changed_is_put_right()
    {
        await _step.RunAsync(Cancel);
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead);
        Assert.IsType<StepOutcome.Changed>(await _step.RunAsync(Cancel));
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
        var waiting = Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal(("the role's resource does not list this host, and host.register_again is off", Steps.None), (waiting.Words, waiting.Demands));
    }

    [Fact]
    public async Task What_chmpx_would_exit_on_is_said_three_rules_at_a_time()
    {
        _resource = _resource!.Replace("DELIVERMODE = hash", "DELIVERMODE = what\nSSL = what", StringComparison.Ordinal);
        Assert.DoesNotContain(" more", Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel)).Words, StringComparison.Ordinal);
        _resource = _resource.Replace("PORT = 8020", "PORT = many", StringComparison.Ordinal);
        var words = Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel)).Words;
        Assert.Matches("^the role's resource was refused, because chmpx would exit on it: line 6: [^;]+; line [0-9]+: [^;]+; line [0-9]+: [^;]+; and 1 more$", words);
    }

    [Theory]
    [InlineData("/cert")]
    [InlineData("/cadir")]
    public async Task Certificates_count_only_while_they_are_there(string gone)
    {
        _resource = _resource!.Replace(
            "SELFCUK = cuk-slv1", "SELFCUK = cuk-slv1\nSSL = yes\nCAPATH = /cadir\nSERVER_CERT = /cert\nSERVER_PRIKEY = /cert", StringComparison.Ordinal);
        Assert.IsType<StepOutcome.Changed>(await _step.RunAsync(Cancel));
        Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel));
        _files.Remove(gone);
        Assert.Contains($"names \"{gone}\", which is not there on this host", Assert.IsType<StepOutcome.Failed>(await _step.RunAsync(Cancel)).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_kept_is_said_and_the_configuration_is_in_place()
    {
        _directory.Put("var/lib/k2hdkc-slave-agent/generations", "in the way");
        Assert.IsType<StepOutcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Equal(1, Current().FileVersion);
        Assert.StartsWith("Warning No copy of generation 1 could be kept: ", Assert.Single(_log.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_never_was_a_slaves_is_none()
    {
        _resource = "[GLOBAL]\nMODE = SERVER\n";
        Assert.Equal("the role's resource is no slave configuration (its MODE is SERVER)", Assert.IsType<StepOutcome.NothingToDo>(await _step.RunAsync(Cancel)).Words);
        Assert.False(File.Exists(_file.Path));
    }

    [Fact]
    public void It_asks_K2HR3() =>
        Assert.Equal((Steps.WriteConfiguration, "write configuration", true, TimeSpan.FromMinutes(2)), (_step.Kind, _step.Name, _step.AsksK2hr3, _step.Patience));

    private void Restart()
    {
        _client?.Dispose();
        _client = new K2hr3Client(
            new K2hr3Identity(_server.Address, Role, Role.TenantYrn, "cuk-slv1", "slv1", null, null, false),
            () => RoleToken.TryParse(Secret), new RenewingHandler(TlsFiles.None), TimeSpan.FromSeconds(40), TimeProvider.System);
        _role = new RoleMemory(_client, Role.ToResource(), _directory.Root, DefaultSettings.Slave, _time);
        _file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _time);
        var resource = new ResourceReader(_client, Role.ToResource(), _directory.Root);
        var files = new HostFiles(path => path == "/cert" && _files.Contains(path), path => path == "/cadir" && _files.Contains(path));
        _step = new WriteConfigurationStep(
            resource, _role, _file, _ring, new LastGoodConfiguration(resource, _file, _ring, "cuk-slv1", files), "cuk-slv1", files,
            new ConfigurationSettings(null, null, UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeSpan.FromSeconds(5)), _registersAgain, _log.Logger);
    }

    private void Show(params string[] up) => _ring.Note(new RingView(1, [.. up.Select(name => new RingServer(new NodeKey($"cuk-{name}", 8021), name, true, true, true))]));

    private IniDocument Current() => IniReader.Read(File.ReadAllText(_file.Path));
}
