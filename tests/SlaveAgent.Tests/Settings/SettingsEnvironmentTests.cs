using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Settings;

public sealed class SettingsEnvironmentTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Who_this_host_is_comes_from_options_before_the_environment_and_from_that_before_the_files()
    {
        _directory.Put("agent.yaml", "host:\n  cuk: of-file\n  tag: of-file\n  inboundip: 192.0.2.1\n");
        Assert.Equal(("of-file", "of-file"), Load(null, null));
        Assert.Equal(("of-environment", "of-file"), Load("of-environment", string.Empty));
        Assert.Equal(("of-environment", "tag-of-environment"), Load("of-environment", "tag-of-environment"));
        Assert.Equal(("of-option", "tag-of-environment"), Load("of-environment", "tag-of-environment", new KeyValuePair<string, SettingValue>("host.cuk", new SettingValue(["of-option"], new SettingPlace("option --cuk")))));
    }

    private (string? Cuk, string? Tag) Load(string? cuk, string? tag, params KeyValuePair<string, SettingValue>[] options)
    {
        var environment = SettingsEnvironment.Read(name => name switch { SettingsEnvironment.Cuk => cuk, SettingsEnvironment.Tag => tag, _ => "of another variable" });
        var host = SettingsLoader.Load(_directory.At("agent.yaml"), _directory.At("conf.d"), environment.Concat(options)).Host;
        return (host.Cuk, host.Tag);
    }
}
