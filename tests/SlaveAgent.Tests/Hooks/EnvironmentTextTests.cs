using System.Diagnostics;
using System.Text;
using SlaveAgent.Hooks;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

public sealed class EnvironmentTextTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each with what arrives of it.</summary>
    public static TheoryData<string, string> Values => new()
    {
        { "", "" },
        { "plain", "plain" },
        { "  spaces at both ends  ", "  spaces at both ends  " },
        { "it's", "it's" },
        { "''", "''" },
        { "\"'\"", "\"'\"" },
        { "'\nLD_PRELOAD='/tmp/x.so", "'?LD_PRELOAD='/tmp/x.so" },
        { "a\r\nPATH=/tmp", "a??PATH=/tmp" },
        { "$HOME `id` $(id) ${PATH} \\$x \\", "$HOME `id` $(id) ${PATH} \\$x \\" },
        { "\\n \\' \\\" %n %% #no ;no", "\\n \\' \\\" %n %% #no ;no" },
        { "a\0b", "a?b" },
        { "\u001b[2J\u0007\t\u007f\u0085", "?[2J????" },
        { "a\u2028b\u2029c\u202ed\ufeff", "a?b?c?d?" },
        { "\ud800x\udc00", "\ufffdx\ufffd" },
        { "\uffff\ufdd0\U0001fffe", "???" },
        { "サーバー ß \U0001f600", "サーバー ß \U0001f600" },
        { "#comment", "#comment" },
        { "=", "=" },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_arrives_as_it_is_but_for_what_ends_a_line_or_controls_a_terminal(string value, string arrives)
    {
        var read = EnvironmentFile.Read(EnvironmentText.Of([new("BEFORE", "1"), new("VALUE", value), new("AFTER", "2")]));
        Assert.Equal(["AFTER", "BEFORE", "VALUE"], read.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((arrives, "1", "2"), (read["VALUE"], read["BEFORE"], read["AFTER"]));
        Assert.Equal(arrives, EnvironmentText.Plain(value));
    }

    [Fact]
    public void No_value_of_any_characters_becomes_another_variable_or_another_value()
    {
        const string Nasty = "'\"\\$`\n\r\t\0 =#;%!*?[]{}()<>|&~^A\u001b\u0085\u2028\ufffe\ud800\udfffé";
        var random = new Random(15);
        for (var i = 0; i < 5000; i++)
        {
            var value = new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(4) == 0 ? (char)random.Next(0x10000) : Nasty[random.Next(Nasty.Length)])]);
            var read = EnvironmentFile.Read(EnvironmentText.Of([new("VALUE", value), new("AFTER", value)]));
            Assert.Equal(2, read.Count);
            Assert.Equal((EnvironmentText.Plain(value), EnvironmentText.Plain(value)), (read["VALUE"], read["AFTER"]));
            Assert.DoesNotContain(read["VALUE"], char.IsControl);
        }
    }

    [Fact]
    public async Task A_shell_reads_the_same()
    {
        var values = Values.Select(row => row.Data.Item1).ToList();
        var file = _directory.Put("hook.env", EnvironmentText.Of(values.Select((value, i) => KeyValuePair.Create($"V{i}", value))));
        var script = $". '{file}'\n{string.Join('\n', values.Select((_, i) => $"printf '%s\\n' \"$V{i}\""))}";
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var output = await shell.StandardOutput.ReadToEndAsync(Cancel);
        await shell.WaitForExitAsync(Cancel);
        Assert.Equal(values.Select(EnvironmentText.Plain), output.Split('\n').SkipLast(1));
    }
}
