using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class StartServicesStepTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _unit = Tools.NewUnit();
    private readonly K2hr3Client _client;
    private readonly StartServicesStep _step;

    public StartServicesStepTests()
    {
        var role = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;
        var root = _directory.Root;
        new RoleKeys([], [], [_unit]).Save(root.At(AgentPaths.RoleKeys));
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        _client = new K2hr3Client(
            new K2hr3Identity(new Uri("http://127.0.0.1:1/"), role, role.TenantYrn, "cuk-slv1", "slv1", null, null, false),
            () => null, new RenewingHandler(TlsFiles.None), TimeSpan.FromSeconds(40), TimeProvider.System);
        var systemctl = new Systemctl(new CommandRunner(TimeProvider.System));
        var chmpx = new ChmpxSettings(_unit, Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
        _step = new StartServicesStep(
            new RoleMemory(_client, role.ToResource(), root),
            new ConfigurationFile(root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeProvider.System),
            new Supervisor(root, new ChmpxDropIn(root, _unit, "/etc/antpickax/k2hdkc.ini", () => null), "/etc/antpickax/k2hdkc.ini", chmpx, systemctl),
            systemctl,
            new ServiceSettings([]),
            TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_unit_that_somebody_is_stopping_is_left_to_stop()
    {
        Tools.SetState(_unit, "deactivating");
        Assert.Equal($"{_unit} is being stopped; it is started when that is done", Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel)).Words);
        Assert.DoesNotContain(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal));

        Tools.SetState(_unit, "inactive");
        Assert.IsType<StepOutcome.Changed>(await _step.RunAsync(Cancel));
        Assert.Single(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_unit_that_runs_is_left_alone()
    {
        Assert.IsType<StepOutcome.Unchanged>(await _step.RunAsync(Cancel));
        Assert.DoesNotContain(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal));
    }
}
