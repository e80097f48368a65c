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

    [Theory]
    [InlineData("a b", null, "host.cuk")]
    [InlineData("a#b", null, "host.cuk")]
    [InlineData(null, "a b", "host.tag")]
    [InlineData(null, "a\nb", "host.tag")]
    [InlineData(null, "\u0001", "host.tag")]
    public void A_variable_that_holds_no_CUK_or_tag_is_refused_with_its_name(string? cuk, string? tag, string setting)
    {
        var refused = Assert.Throws<SettingsException>(() => Load(cuk, tag));
        Assert.Equal((SettingsCode.BadIdentity, setting), (refused.Code, refused.Name));
        Assert.Contains(cuk is null ? SettingsEnvironment.Tag : SettingsEnvironment.Cuk, refused.Place!.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_has_at_most_255_characters()
    {
        Assert.Equal(255, Load(null, new string('a', 255)).Tag!.Length);
        Assert.Throws<SettingsException>(() => Load(null, new string('a', 256)));
    }

    private (string? Cuk, string? Tag) Load(string? cuk, string? tag, params KeyValuePair<string, SettingValue>[] options)
    {
        var environment = SettingsEnvironment.Read(name => name switch { SettingsEnvironment.Cuk => cuk, SettingsEnvironment.Tag => tag, _ => "of another variable" });
        var host = SettingsLoader.Load(_directory.At("agent.yaml"), _directory.At("conf.d"), environment.Concat(options)).Host;
        return (host.Cuk, host.Tag);
    }
}
