using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The stand-in reads what systemd 252 was seen to read (in a booted guest: <c>HookTests</c>), and as systemd.exec(5) says.</summary>
public sealed class EnvironmentFileTests
{
    [Theory]
    [InlineData("A=b\n", "b")]
    [InlineData("A=b", "b")]
    [InlineData("  A = b c  \n", "b c")]
    [InlineData("A=\n", "")]
    [InlineData("A=''\n", "")]
    [InlineData("# B=1\n; C=2\nno variable\nA=b\n", "b")]
    [InlineData("A=b\\\nc\n", "bc")]
    [InlineData("A=b\\c\n", "bc")]
    [InlineData("A='b\\c'\n", "b\\c")]
    [InlineData("A='b\nc'\n", "b\nc")]
    [InlineData("A='b'\"'\"'c'\n", "b'c")]
    [InlineData("A=\"b\\\"\\\\\\$\\`\\c\"\n", "b\"\\$`\\c")]
    [InlineData("A='b' \"c\"\n", "bc")]
    [InlineData("A=b'c'\n", "b'c'")]
    [InlineData("A=$B\n", "$B")]
    [InlineData("A=1\nA=b\n", "b")]
    public void A_value_is_read_as_systemd_reads_it(string text, string value)
    {
        var read = Assert.Single(EnvironmentFile.Read(text));
        Assert.Equal(("A", value), (read.Key, read.Value));
    }
}
