using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Settings;

public sealed class SettingsDocumentTests
{
    [Fact]
    public void Names_are_put_together_with_dots_and_values_keep_their_place()
    {
        var values = SettingsDocument.Read("agent.yaml", "watch:\n  jitter: 10%\nservices:\n  superseded:\n    - a\n    - b\n");
        Assert.Equal(["watch.jitter", "services.superseded"], values.Keys);
        Assert.Equal("10%", Assert.Single(values["watch.jitter"].Texts));
        Assert.Equal(new SettingPlace("agent.yaml", 2), values["watch.jitter"].Place);
        Assert.Equal(["a", "b"], values["services.superseded"].Texts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("watch:\n")]
    [InlineData("watch: ~\n")]
    [InlineData("watch:\n  jitter:\n")]
    [InlineData("watch: {jitter: null}\n")]
    public void A_name_without_a_value_leaves_the_setting_at_its_default(string text) => Assert.Empty(SettingsDocument.Read("agent.yaml", text));

    [Theory]
    [InlineData("host: {cuk: ''}", "")]
    [InlineData("host: {cuk: 'null'}", "null")]
    [InlineData("host: {cuk: \"~\"}", "~")]
    public void A_quoted_value_is_a_value_whatever_it_says(string text, string value) =>
        Assert.Equal(value, Assert.Single(SettingsDocument.Read("agent.yaml", text)["host.cuk"].Texts));

    [Fact]
    public void Of_several_documents_the_later_one_wins() =>
        Assert.Equal("b", Assert.Single(SettingsDocument.Read("agent.yaml", "host: {cuk: a}\n---\nhost: {cuk: b}\n")["host.cuk"].Texts));

    [Theory]
    [InlineData("just words", SettingsCode.NotAMapping, null)]
    [InlineData("- a\n- b", SettingsCode.NotAMapping, null)]
    [InlineData("a: b\n a: c\n", SettingsCode.NotYaml, 2)]
    [InlineData("a: 'open", SettingsCode.NotYaml, 1)]
    [InlineData("a: 1\na: 2", SettingsCode.NotYaml, 2)]
    [InlineData("? [a]\n: b", SettingsCode.NameNotPlain, 1)]
    [InlineData("a:\n- b\n- c: d", SettingsCode.ItemNotSingle, 3, "a")]
    [InlineData("a:\n- [b]", SettingsCode.ItemNotSingle, 2, "a")]
    [InlineData("a: &x\n  b: *x", SettingsCode.Alias, 2)]
    [InlineData("a: &x b\nc: *x", SettingsCode.Alias, 2)]
    [InlineData("a: *nobody", SettingsCode.Alias, 1)]
    [InlineData("a:\n\t- b\n\tc", SettingsCode.NotYaml, 1)]
    [InlineData("a: b\n\0c: d", SettingsCode.NulCharacter, 2)]
    public void A_text_that_is_not_a_mapping_of_settings_is_refused_with_file_and_line(string text, SettingsCode code, int? line, string? name = null)
    {
        var problem = Assert.Throws<SettingsException>(() => SettingsDocument.Read("agent.yaml", text));
        Assert.Equal((code, new SettingPlace("agent.yaml", line), name), (problem.Code, problem.Place, problem.Name));
        Assert.StartsWith($"{problem.Place}", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void A_million_brackets_are_refused_without_a_crash(string bracket) => Assert.Equal(
        SettingsCode.TooDeep,
        Assert.Throws<SettingsException>(() => SettingsDocument.Read("agent.yaml", "a:\n " + string.Concat(Enumerable.Repeat(bracket, 1_000_000)))).Code);

    [Fact]
    public void A_message_is_one_line() => Assert.All(
        (string[])["a: 'open", "a: b\n a: c\n", "a: [", "%"],
        text => Assert.DoesNotContain('\n', Assert.Throws<SettingsException>(() => SettingsDocument.Read("agent.yaml", text)).Message));
}
