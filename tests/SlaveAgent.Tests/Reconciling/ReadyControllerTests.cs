using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class ReadyControllerTests : IDisposable
{
    private const string UnitFile = "usr/lib/systemd/system/k2hdkc-slave-ready.target";

    private static readonly string s_target = Tools.Take(AgentUnits.Ready);

    private readonly PretendedRing _ring = new();
    private readonly int _before = Tools.CallsAbout(s_target).Length;

    public ReadyControllerTests()
    {
        _ring.Directory.Put(UnitFile, "[Unit]\n");
        Tools.SetState(s_target, "inactive");
        Tools.Show(s_target, string.Empty);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IEnumerable<string> Calls => Tools.CallsAbout(s_target).Skip(_before);

    public void Dispose() => _ring.Dispose();

    [Fact]
    public async Task A_connection_that_comes_reaches_the_target_once_and_starts_what_was_enabled_and_requires_it()
    {
        var (enabled, bound, disabled) = (Tools.NewUnit(), Tools.NewUnit(), Tools.NewUnit());
        Tools.LetFail(disabled, "is-enabled", "disabled");
        Tools.Show(s_target, $"{enabled} {disabled}\n{bound} {enabled}");
        await _ring.WriteAsync("svr1", "svr2");
        var step = Make();
        for (var look = 0; look < 3; look++)
        {
            await step.RunAsync(Cancel);
        }

        Assert.Single(Calls, call => call.StartsWith("start ", StringComparison.Ordinal));
        Assert.Single(Tools.CallsAbout(enabled), $"start --no-block -- {enabled}");
        Assert.Single(Tools.CallsAbout(bound), $"start --no-block -- {bound}");
        Assert.DoesNotContain(Tools.CallsAbout(disabled), call => call.StartsWith("start ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_target_that_was_reached_before_the_agent_came_is_left_as_it_is()
    {
        var required = Tools.NewUnit();
        Tools.Show(s_target, required);
        Tools.SetState(s_target, "active");
        await _ring.WriteAsync("svr1", "svr2");
        await Make().RunAsync(Cancel);
        Assert.Equal([$"is-active -- {s_target}"], Calls);
        Assert.Empty(Tools.CallsAbout(required));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_goes_stops_the_target_only_where_it_is_to_follow(bool follow)
    {
        await _ring.WriteAsync("svr1", "svr2");
        var step = Make(follow);
        await step.RunAsync(Cancel);
        Tools.SetState(s_target, "active");
        await PassAsync(step, TimeSpan.FromSeconds(2));
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2"));
        await PassAsync(step, TimeSpan.FromSeconds(1));
        Assert.Equal(follow ? 1 : 0, Calls.Count(call => call == $"stop --no-block -- {s_target}"));

        // Where it followed it is reached again with the next connection.
        Tools.SetState(s_target, follow ? "inactive" : "active");
        await PassAsync(step, TimeSpan.FromSeconds(3));
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"));
        await PassAsync(step, TimeSpan.FromSeconds(3));
        Assert.Equal(follow ? 2 : 1, Calls.Count(call => call == $"start --no-block -- {s_target}"));
    }

    [Fact]
    public async Task A_start_of_the_target_is_repeated_ever_more_rarely_until_it_is_seen_active_and_never_after_somebody_stopped_it()
    {
        await _ring.WriteAsync("svr1", "svr2");
        Tools.SetState(s_target, "inactive", afterStart: "inactive");
        var step = Make(follow: false);
        await PassAsync(step, TimeSpan.FromMinutes(10));
        var tries = Calls.Count(call => call == $"start --no-block -- {s_target}");
        Assert.InRange(tries, 10, 16);
        Tools.SetState(s_target, "active");
        await PassAsync(step, TimeSpan.FromMinutes(2));
        Tools.SetState(s_target, "inactive");
        await PassAsync(step, TimeSpan.FromMinutes(10));
        Assert.Equal(tries, Calls.Count(call => call == $"start --no-block -- {s_target}"));
    }

    [Fact]
    public async Task An_agent_that_never_saw_a_connection_stops_nothing()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2"));
        var step = Make();
        await step.RunAsync(Cancel);
        await step.RunAsync(Cancel);
        Assert.Empty(Calls);
    }

    [Fact]
    public async Task Without_the_packages_target_nothing_is_told()
    {
        File.Delete(_ring.Directory.At(UnitFile));
        await _ring.WriteAsync("svr1", "svr2");
        await Make().RunAsync(Cancel);
        Assert.True(_ring.Step.IsReady);
        Assert.Empty(Calls);
    }

    [Fact]
    public async Task It_is_the_verifying_step_to_everybody_else()
    {
        var step = Make();
        Assert.Equal(
            (_ring.Step.Kind, _ring.Step.Name, _ring.Step.AsksK2hr3, _ring.Step.WatchdogLimit),
            (step.Kind, step.Name, step.AsksK2hr3, step.WatchdogLimit));
        Assert.Equal((await _ring.Step.RunAsync(Cancel)).Message, (await step.RunAsync(Cancel)).Message);
    }

    private async Task PassAsync(ReadyController step, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _ring.Time.Advance(TimeSpan.FromSeconds(1));
            await step.RunAsync(Cancel);
        }
    }

    private ReadyController Make(bool follow = true) => new(_ring.Step, _ring.Systemctl, _ring.Directory.Root, follow, _ring.Time);
}
