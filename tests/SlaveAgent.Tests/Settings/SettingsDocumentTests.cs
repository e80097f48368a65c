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
        Assert.Equal("agent.yaml line 2", values["watch.jitter"].Place);
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
    [InlineData("just words", "agent.yaml must be a YAML mapping")]
    [InlineData("- a\n- b", "agent.yaml must be a YAML mapping")]
    [InlineData("a: b\n a: c\n", "agent.yaml line")]
    [InlineData("a: 'open", "agent.yaml line")]
    [InlineData("a: 1\na: 2", "agent.yaml line")]
    [InlineData("? [a]\n: b", "agent.yaml line 1 has a setting whose name is not a plain text")]
    [InlineData("a:\n- b\n- c: d", "agent.yaml line 3: a must be a single value or a list of single values")]
    [InlineData("a:\n- [b]", "agent.yaml line 2: a must be a single value")]
    [InlineData("a: &x\n  b: *x", "agent.yaml line 2 uses the alias *x")]
    [InlineData("a: &x b\nc: *x", "agent.yaml line 2 uses the alias *x")]
    [InlineData("a: *nobody", "agent.yaml line 1")]
    [InlineData("a:\n\t- b\n\tc", "agent.yaml line")]
    [InlineData("a: b\n\0c: d", "agent.yaml line 2 contains a NUL")]
    public void A_text_that_is_not_a_mapping_of_settings_is_refused_with_file_and_line(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<SettingsException>(() => SettingsDocument.Read("agent.yaml", text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void A_million_brackets_are_refused_without_a_crash(string bracket) => Assert.Contains(
        "nested more deeply",
        Assert.Throws<SettingsException>(() => SettingsDocument.Read("agent.yaml", "a:\n " + string.Concat(Enumerable.Repeat(bracket, 1_000_000)))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_message_is_one_line() => Assert.All(
        (string[])["a: 'open", "a: b\n a: c\n", "a: [", "%"],
        text => Assert.DoesNotContain('\n', Assert.Throws<SettingsException>(() => SettingsDocument.Read("agent.yaml", text)).Message));
}
