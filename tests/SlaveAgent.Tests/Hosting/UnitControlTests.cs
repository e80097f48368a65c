using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class UnitControlTests : IDisposable
{
    private const string Unit = "a.service";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly FakeSystemd _systemd;
    private readonly UnitControl _control;

    public UnitControlTests()
    {
        _systemd = new FakeSystemd(_time);
        _control = new UnitControl(_systemd, _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("start", null)]
    [InlineData("stop", null)]
    [InlineData("enable", null)]
    [InlineData("disable", null)]
    [InlineData("daemon-reload", null)]
    [InlineData("start", nameof(FakeTrouble.Fails))]
    [InlineData("stop", nameof(FakeTrouble.Fails))]
    [InlineData("enable", nameof(FakeTrouble.Fails))]
    [InlineData("disable", nameof(FakeTrouble.Fails))]
    [InlineData("daemon-reload", nameof(FakeTrouble.Fails))]
    [InlineData("start", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("stop", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("enable", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("disable", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("daemon-reload", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("start", nameof(FakeTrouble.IsKilled))]
    [InlineData("stop", nameof(FakeTrouble.IsKilled))]
    [InlineData("enable", nameof(FakeTrouble.IsKilled))]
    [InlineData("disable", nameof(FakeTrouble.IsKilled))]
    [InlineData("daemon-reload", nameof(FakeTrouble.IsKilled))]
    public async Task A_request_is_repeated_until_systemd_shows_its_effect(string call, string? trouble)
    {
        var unit = Prepare(call);
        var request = call == "daemon-reload" ? call : $"{call} {Unit}";
        if (trouble is not null)
        {
            _systemd.Let(request, FakeTrouble.Named(trouble), times: 2);
        }

        Assert.Null(await EndAsync(RequestAsync(call)));
        Assert.Equal(trouble is null ? 1 : 3, _systemd.Count(request));
        Assert.True(IsDone(call, unit));

        // What is as it should be is asked for nothing.
        var before = _systemd.Requests.Count;
        Assert.Null(await EndAsync(RequestAsync(call)));
        Assert.Equal(before, _systemd.Requests.Count);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("stop")]
    [InlineData("enable")]
    [InlineData("disable")]
    [InlineData("daemon-reload")]
    public async Task What_never_has_an_effect_is_given_up_after_a_while(string call)
    {
        Prepare(call);
        var request = call == "daemon-reload" ? call : $"{call} {Unit}";
        _systemd.Let(request, FakeTrouble.HasNoEffect, times: 1000);
        var began = _time.GetUtcNow();
        Assert.NotNull(await EndAsync(RequestAsync(call)));
        Assert.InRange(_systemd.Count(request), 3, 8);
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Why_a_tool_fails_is_told_in_its_own_words()
    {
        Prepare("start");
        _systemd.Let($"start {Unit}", new FakeTrouble(new CommandResult(1, "Access denied\n")), times: 1000);
        Assert.Contains("Access denied", await EndAsync(RequestAsync("start")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_systemd_that_does_not_answer_is_told_of()
    {
        Prepare("start");
        _systemd.IsSilent = true;
        Assert.NotNull(await EndAsync(RequestAsync("start")));
    }

    [Theory]
    [InlineData(UnitLoadState.NotFound)]
    [InlineData(UnitLoadState.Masked)]
    public async Task What_is_not_there_or_masked_needs_no_disabling_and_no_stop(UnitLoadState load)
    {
        _systemd[Unit].Load = load;
        Assert.Null(await EndAsync(_control.EndAsync(Unit, Cancel)));
        Assert.Empty(_systemd.Requests);
    }

    /// <summary>Such as one whose package was removed and installed again while it ran, until systemd reads its files again.</summary>
    [Theory]
    [InlineData(UnitLoadState.BadSetting)]
    [InlineData(UnitLoadState.Error)]
    public async Task What_systemd_cannot_load_is_disabled_all_the_same(UnitLoadState load)
    {
        _systemd[Unit].Load = load;
        Assert.Null(await EndAsync(_control.DisableAsync(Unit, Cancel)));
        Assert.Equal("disabled", _systemd[Unit].FileState);
    }

    [Fact]
    public async Task A_unit_that_is_ended_is_disabled_and_stopped()
    {
        _systemd.Run(Unit);
        Assert.Null(await EndAsync(_control.EndAsync(Unit, Cancel)));
        Assert.Equal([$"disable {Unit}", $"stop {Unit}"], _systemd.Requests);
    }

    [Fact]
    public async Task A_oneshot_that_ran_needs_no_start()
    {
        _systemd[Unit].Type = "oneshot";
        Assert.Null(await EndAsync(_control.StartAsync(Unit, Cancel)));
        Assert.Null(await EndAsync(_control.StartAsync(Unit, Cancel)));
        Assert.Equal([$"start {Unit}"], _systemd.Requests);
    }

    [Fact]
    public async Task A_command_that_is_interrupted_waits_no_longer()
    {
        Prepare("start");
        _systemd.Let($"start {Unit}", FakeTrouble.HasNoEffect, times: 1000);
        using var stop = new CancellationTokenSource();
        var running = _control.StartAsync(Unit, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private FakeUnit Prepare(string call)
    {
        var unit = _systemd[Unit];
        unit.FileState = call == "enable" ? "disabled" : "enabled";
        if (call == "stop")
        {
            _systemd.Run(Unit);
        }

        unit.DropIn = call == "daemon-reload" ? _directory.Put("drop-in.conf", "new") : null;
        return unit;
    }

    private static bool IsDone(string call, FakeUnit unit) => call switch
    {
        "start" => unit.Active == UnitActiveState.Active,
        "stop" => unit.Active == UnitActiveState.Inactive,
        "enable" => unit.FileState == "enabled",
        "disable" => unit.FileState == "disabled",
        _ => !unit.NeedsReload,
    };

    private Task<string?> RequestAsync(string call) => call switch
    {
        "start" => _control.StartAsync(Unit, Cancel),
        "stop" => _control.StopAsync(Unit, Cancel),
        "enable" => _control.EnableAsync(Unit, Cancel),
        "disable" => _control.DisableAsync(Unit, Cancel),
        _ => _control.ReloadAsync(Unit, Cancel),
    };

    /// <summary>Lets time pass until it has ended.</summary>
    private async Task<string?> EndAsync(Task<string?> running)
    {
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await running;
    }
}
