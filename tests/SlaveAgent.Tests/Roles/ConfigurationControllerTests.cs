using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

/// <summary>The controller over a real HTTP server and a real file.</summary>
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
    private ConfigurationController _controller = null!;
    private string? _resource = SampleIni.With(["svr1", "svr2"]);
    private Yrn _resourceName = Role.ToResource();
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
    public async Task The_first_answer_is_written_and_ring_and_services_are_observed()
    {
        var outcome = Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.Equal((Reasons.Changed, ControllerKinds.Connection | ControllerKinds.Services), (outcome.Reason, outcome.Triggers));
        Assert.Equal(1, Current().FileVersion);
        Assert.True(_role.IsSlaveNode);
        Assert.Equal(["svr1", "svr2"], Current().Servers.Select(s => s["NAME"]));
    }

    [Fact]
    public async Task What_says_the_same_is_asked_for_conditionally_and_not_written()
    {
        await _controller.RunAsync(Cancel);
        var before = FileStatus.Of(_file.Path)!.Version;
        Assert.Equal(Reasons.AsDesired, Assert.IsType<Outcome.Unchanged>(await _controller.RunAsync(Cancel)).Reason);
        _resource = "# other words\n" + _resource!.Replace("FILEVERSION = 1", "FILEVERSION = 99\nDATE = today", StringComparison.Ordinal);
        Assert.IsType<Outcome.Unchanged>(await _controller.RunAsync(Cancel));
        Assert.Equal(before, FileStatus.Of(_file.Path)!.Version);
        Assert.Null(_conditions[0]);
        Assert.NotNull(_conditions[1]);
    }

    [Fact]
    public async Task A_restarted_agent_still_asks_conditionally_and_writes_nothing()
    {
        await _controller.RunAsync(Cancel);
        Restart();
        Assert.IsType<Outcome.Unchanged>(await _controller.RunAsync(Cancel));
        Assert.NotNull(_conditions[1]);
        Assert.Equal(1, Current().FileVersion);
    }

    [Fact]
    public async Task An_accepted_answer_that_could_not_be_kept_on_a_full_disk_is_kept_once_there_is_room()
    {
        // A directory in its place, as no file can be made on a full disk.
        Directory.CreateDirectory(_directory.At("var/lib/k2hdkc-slave-agent/resource.json"));
        await Assert.ThrowsAsync<FileKindException>(() => _controller.RunAsync(Cancel));
        Directory.Delete(_directory.At("var/lib/k2hdkc-slave-agent/resource.json"));
        Assert.IsType<Outcome.Unchanged>(await _controller.RunAsync(Cancel));
        Assert.True(File.Exists(_directory.At("var/lib/k2hdkc-slave-agent/resource.json")));
    }

    [Fact]
    public async Task A_changed_list_is_written_as_the_next_generation()
    {
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        Assert.Equal(ControllerKinds.Connection, Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel)).Triggers);
        Assert.Equal((2, 3), (Current().FileVersion, Current().Servers.Count()));
    }

    [Fact]
    public async Task A_list_that_loses_most_live_servers_has_to_be_given_three_times_and_over_five_seconds_each_time_asked_for_again()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _controller.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        _resource = SampleIni.With(["svr1"]);
        for (var i = 0; i < 2; i++)
        {
            var unconfirmed = Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));
            Assert.Equal((Reasons.LargeShrink, TimeSpan.FromSeconds(2.5)), (unconfirmed.Reason, unconfirmed.Again));
            Assert.Equal(3, Current().Servers.Count());
            _time.Advance(unconfirmed.Again!.Value);
        }

        Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.Null(_conditions[^1]);
        Assert.Null(_conditions[^2]);
        Assert.Single(Current().Servers);
    }

    [Fact]
    public async Task Neither_many_answers_at_once_nor_one_long_after_the_other_take_most_servers_away()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _controller.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        _resource = SampleIni.With(["svr1"]);
        await _controller.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));

        _resource = SampleIni.With(["svr2"]);
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));
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
        await _controller.RunAsync(Cancel);
        Restart();
        if (showsThemDown)
        {
            _ring.Note(new RingView(1, [.. Current().Servers.Select(s => new RingServer(new NodeKey(s["CUK"]!, 8021), s["NAME"]!, false, false, false))]));
        }

        _resource = SampleIni.With(["svr1"]);
        Assert.Equal(Reasons.LargeShrink, Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel)).Reason);
        Assert.Equal(3, Current().Servers.Count());
    }

    [Fact]
    public async Task A_restart_does_not_take_the_servers_away_sooner()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1"]);
        for (var i = 0; i < 4; i++)
        {
            Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));
            _time.Advance(TimeSpan.FromSeconds(1.25));
            Restart();
        }

        Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
    }

    [Fact]
    public async Task What_was_accepted_before_is_put_back_at_once_whatever_somebody_wrote_into_the_file()
    {
        _resource = SampleIni.With(["svr1"]);
        await _controller.RunAsync(Cancel);
        Show("svr1");
        await File.WriteAllTextAsync(_file.Path, SampleIni.With(["a", "b", "c", "d"]), Cancel);
        Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.Equal(["svr1"], Current().Servers.Select(s => s["NAME"]));
    }

    [Fact]
    public async Task A_list_that_was_unconfirmed_and_comes_right_again_takes_no_server_away()
    {
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _controller.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3");
        foreach (var list in (string[][])[["svr1"], ["svr1"], ["svr1", "svr2", "svr3"], ["svr1"], ["svr1"], ["svr2"], ["svr3"]])
        {
            _resource = SampleIni.With(list);
            var outcome = await _controller.RunAsync(Cancel);
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
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1"]);
        await _controller.RunAsync(Cancel);
        await _controller.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        _trouble = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await _controller.RunAsync(Cancel);
        _trouble = null;
        Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));
        Assert.Equal(3, Current().Servers.Count());
    }

    [Theory]
    [InlineData("", Reasons.SuddenlyNotASlave)]
    [InlineData("[GLOBAL]\n", Reasons.ConfigurationRefused)]
    [InlineData("[GLOBAL]\nMODE = SERVER\n", Reasons.SuddenlyNotASlave)]
    [InlineData("[GLOBAL]\nMODE = SLAVE\nGROUP = a/b\n", Reasons.ConfigurationRefused)]
    [InlineData("<html>maintenance</html>", Reasons.SuddenlyNotASlave)]
    public async Task A_resource_that_turns_bad_leaves_the_last_good_file(string bad, string reason)
    {
        await _controller.RunAsync(Cancel);
        var before = await File.ReadAllTextAsync(_file.Path, Cancel);
        _resource = bad;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(reason, Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel)).Reason);
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
        await _controller.RunAsync(Cancel);
        _trouble = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync($$"""{"result":false,"message":"token({{Secret}}) does not allow to read access"}""", Cancel);
        };
        var board = new StatusBoard([_controller], _file, _ring, () => _client.Contact, Role.ToString(), _directory.Root, true, _time, _log.Logger);
        for (var i = 0; i < 5; i++)
        {
            var failed = Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel));
            Assert.Equal(Consequence.K2hr3Away, failed.Consequence);
            Assert.DoesNotContain(Secret, failed.Message, StringComparison.Ordinal);
            board.Report(_controller, failed, TimeSpan.Zero);
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
        await _controller.RunAsync(Cancel);
        File.Delete(_file.Path);
        Restart();
        _trouble = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Assert.Equal(Consequence.K2hr3Away, Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel)).Consequence);
        Assert.Equal((2, 2), (Current().FileVersion, Current().Servers.Count()));
    }

    [Fact]
    public async Task A_role_that_may_read_nothing_is_no_slaves_after_three_answers_and_that_is_confirmed_after_five_minutes()
    {
        Deny();
        Assert.Equal(Reasons.K2hr3Refused, Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel)).Reason);
        Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel));
        Assert.Null(_role.IsSlaveNode);
        var outcome = Assert.IsType<Outcome.NothingToDo>(await _controller.RunAsync(Cancel));
        Assert.Equal((Reasons.NotASlave, true, TimeSpan.FromMinutes(5)), (outcome.Reason, outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.Equal((false, false), (_role.IsSlaveNode, _role.IsSurelyOther));

        _time.Advance(TimeSpan.FromMinutes(5));
        outcome = Assert.IsType<Outcome.NothingToDo>(await _controller.RunAsync(Cancel));
        Assert.Equal((Reasons.NotASlave, false), (outcome.Reason, outcome.IsUnconfirmed));
        Assert.True(_role.IsSurelyOther);
    }

    [Fact]
    public async Task The_resource_of_the_clusters_servers_makes_no_other_node_of_a_slave_and_is_told_by_its_reason()
    {
        _resourceName = Yrn.TryParse("yrn:yahoo:::t:resource:c/server")!;
        _resource = "[GLOBAL]\nMODE = SERVER\n";
        Restart();
        for (var answer = 0; answer < 4; answer++)
        {
            await _controller.RunAsync(Cancel);
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        var failed = Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel));
        Assert.Equal((Reasons.ResourceNotASlaves, Consequence.NeedsPerson), (failed.Reason, failed.Consequence));

        // What this agent stands in for, its timer most of all, stays left out.
        Assert.False(_role.IsSurelyOther);
    }

    [Fact]
    public async Task A_role_that_is_gone_leaves_the_last_good_file_and_is_told_by_its_reason_once_that_is_confirmed()
    {
        await _controller.RunAsync(Cancel);
        Deny();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Reasons.K2hr3Refused, Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel)).Reason);
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Reasons.RoleGone, Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel)).Reason);
        Assert.Equal(2, Current().Servers.Count());
        Assert.True(_role.IsSlaveNode);
    }

    [Fact]
    public async Task A_role_that_becomes_a_slaves_has_its_lists_read_at_once()
    {
        var text = _resource;
        _resource = string.Empty;
        await _controller.RunAsync(Cancel);
        await _controller.RunAsync(Cancel);
        Assert.IsType<Outcome.NothingToDo>(await _controller.RunAsync(Cancel));
        _resource = text;
        var outcome = Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.Equal(ControllerKinds.Connection | ControllerKinds.Services | ControllerKinds.Role, outcome.Triggers);
        Assert.Equal(ControllerKinds.None, (await _controller.RunAsync(Cancel)).Triggers);
    }

    [Fact]
    public async Task Its_lists_are_read_also_where_its_first_configuration_could_not_be_written()
    {
        var text = _resource;
        _resource = string.Empty;
        for (var i = 0; i < 3; i++)
        {
            await _controller.RunAsync(Cancel);
        }

        _resource = text;
        var inTheWay = _directory.Put("etc/antpickax", "a file where the directory is to be");
        await Assert.ThrowsAnyAsync<IOException>(() => _controller.RunAsync(Cancel));
        File.Delete(inTheWay);
        Assert.True((await _controller.RunAsync(Cancel)).Triggers.HasFlag(ControllerKinds.Role));
        Assert.Equal(ControllerKinds.None, (await _controller.RunAsync(Cancel)).Triggers);
    }

    [Fact]
    public async Task A_host_that_is_not_listed_is_registered_again_and_the_file_stays()
    {
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2"]).Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = slv1\nCUK = other", StringComparison.Ordinal);
        var outcome = Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));
        Assert.Equal((Reasons.NotListed, ControllerKinds.Registration, Reasons.NotListed), (outcome.Reason, outcome.Triggers, outcome.TriggerReason));
        Assert.Equal("cuk-slv1", Current().Slaves.Single()["CUK"]);
    }

    [Fact]
    public async Task A_file_whose_mode_somebody_changed_is_put_right()
    {
        await _controller.RunAsync(Cancel);
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead);
        Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.True(_file.HasRightMode);
    }

    [Fact]
    public async Task A_warning_is_given_once_while_it_stays_the_same()
    {
        _resource += "\n[SVRNODE]\nNAME = svr1\nCUK = cuk-svr1\nPORT = 8020\nCTLPORT = 8021\nCUSTOM_ID_SEED = svr1\n";
        for (var i = 0; i < 3; i++)
        {
            await _controller.RunAsync(Cancel);
            Assert.Single(_log.Seen);
            Assert.Single(_ring.ResourceWarnings);
        }
    }

    [Fact]
    public async Task A_host_that_is_not_listed_is_not_registered_again_where_it_is_not_to_be()
    {
        _registersAgain = false;
        Restart();
        _resource = _resource!.Replace("NAME = slv1\nCUK = cuk-slv1", "NAME = slv1\nCUK = other", StringComparison.Ordinal);
        var waiting = Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel));
        Assert.Equal((Reasons.NotListed, ControllerKinds.None), (waiting.Reason, waiting.Triggers));
    }

    [Fact]
    public async Task What_chmpx_would_exit_on_is_told_three_rules_at_a_time_with_their_lines()
    {
        _resource = _resource!.Replace("DELIVERMODE = hash", "DELIVERMODE = what\nSSL = what", StringComparison.Ordinal).Replace("PORT = 8020", "PORT = many", StringComparison.Ordinal);
        var problems = ((ConfigurationPlan.Refused)ConfigurationPlan.Make(_resource, "cuk-slv1", new HostFiles(_ => true, _ => true))).Problems;
        Assert.Equal(4, problems.Length);
        var failed = Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel));
        Assert.Equal(Reasons.ConfigurationRefused, failed.Reason);
        Assert.Equal(3, problems.Count(problem => failed.Message.Contains(problem.ToString(), StringComparison.Ordinal)));
        Assert.Equal(problems, _ring.ResourceProblems);
        _resource = SampleIni.With(["svr1", "svr2"]);
        await _controller.RunAsync(Cancel);
        Assert.Empty(_ring.ResourceProblems);
    }

    [Theory]
    [InlineData("/cert")]
    [InlineData("/cadir")]
    public async Task Certificates_count_only_while_they_are_there(string gone)
    {
        _resource = _resource!.Replace(
            "SELFCUK = cuk-slv1", "SELFCUK = cuk-slv1\nSSL = yes\nCAPATH = /cadir\nSERVER_CERT = /cert\nSERVER_PRIKEY = /cert", StringComparison.Ordinal);
        Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.IsType<Outcome.Unchanged>(await _controller.RunAsync(Cancel));
        _files.Remove(gone);
        Assert.Equal(Reasons.ConfigurationRefused, Assert.IsType<Outcome.Failed>(await _controller.RunAsync(Cancel)).Reason);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_kept_is_said_and_the_configuration_is_in_place()
    {
        _directory.Put("var/lib/k2hdkc-slave-agent/generations", "in the way");
        Assert.IsType<Outcome.Changed>(await _controller.RunAsync(Cancel));
        Assert.Equal(1, Current().FileVersion);
        Assert.StartsWith("Warning ", Assert.Single(_log.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_never_was_a_slaves_is_none()
    {
        _resource = "[GLOBAL]\nMODE = SERVER\n";
        Assert.Equal(Reasons.NotASlave, Assert.IsType<Outcome.Waiting>(await _controller.RunAsync(Cancel)).Reason);
        await _controller.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Reasons.NotASlave, Assert.IsType<Outcome.NothingToDo>(await _controller.RunAsync(Cancel)).Reason);
        Assert.False(File.Exists(_file.Path));
    }

    [Fact]
    public void It_asks_K2HR3_and_is_given_time_for_its_request() =>
        Assert.Equal((ControllerKinds.Configuration, Lane.K2hr3, _client.LongestRequest + TimeSpan.FromMinutes(2)), (_controller.Kind, _controller.Lane, _controller.WatchdogLimit));

    [Fact]
    public async Task The_history_tells_what_had_K2HR3_asked_and_what_changed()
    {
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3"]);
        await _controller.RunAsync(Cancel);
        Show("svr1", "svr2", "svr3", "svr4");
        _resource = SampleIni.With(["svr1", "svr2", "svr3", "svr4"]);
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3", "svr4"], group: "other");
        _controller.NoteHangUp();
        await _controller.RunAsync(Cancel);
        _resource = SampleIni.With(["svr1", "svr2", "svr3"], group: "other");
        await _controller.RunAsync(Cancel);
        Assert.Equal([GenerationCause.Poll, GenerationCause.Poll, GenerationCause.Ring, GenerationCause.Sighup, GenerationCause.Poll], History.Select(entry => entry.Cause));
        Assert.Equal(["svr3", "svr4"], History.Skip(1).Take(2).Select(entry => Assert.Single(entry.Added.Names)));
        Assert.Equal(("[GLOBAL] GROUP", "svr4"), (Assert.Single(History[3].Others), Assert.Single(History[4].Removed.Names)));
    }

    [Fact]
    public async Task What_is_refused_is_in_the_history_once_for_each_reason_and_not_each_minute()
    {
        await _controller.RunAsync(Cancel);
        foreach (var name in new[] { "8020", "8020", "8021", "8020" })
        {
            _resource = SampleIni.Text.Replace($"PORT = {name}", "PORT = none", StringComparison.Ordinal);
            Assert.Equal(Reasons.ConfigurationRefused, (await _controller.RunAsync(Cancel)).Reason);
        }

        Restart();
        Assert.Equal(Reasons.ConfigurationRefused, (await _controller.RunAsync(Cancel)).Reason);
        Assert.Equal([null, Reasons.ConfigurationRefused, Reasons.ConfigurationRefused], History.Select(entry => entry.Reason));
    }

    private IReadOnlyList<GenerationEntry> History => HistoryFile.Read(_directory.Root.Agent.History)!.Entries;

    private void Restart()
    {
        _client?.Dispose();
        _client = new K2hr3Client(
            new K2hr3Identity(_server.Address, Role, Role.TenantYrn, "cuk-slv1", "slv1", null, null, false),
            () => RoleToken.TryParse(Secret), new RenewingHandler(TlsFiles.None, TimeProvider.System), TimeSpan.FromSeconds(40), TimeProvider.System);
        var evidence = DefaultSettings.EvidenceOf(_directory, _time);
        _role = new RoleMemory(_client, _resourceName, _directory.Root, DefaultSettings.Slave, evidence);
        _file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _time);
        var resource = new ResourceReader(_client, _resourceName, _directory.Root, evidence);
        var files = new HostFiles(path => path == "/cert" && _files.Contains(path), path => path == "/cadir" && _files.Contains(path));
        _controller = new ConfigurationController(
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
