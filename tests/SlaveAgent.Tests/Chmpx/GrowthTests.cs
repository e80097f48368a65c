using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>What the pure parts cost in bytes, which a busy machine does not change: of four times the nodes no more than four times as much.</summary>
public sealed class GrowthTests
{
    private static readonly HostFiles NoFiles = new(_ => false, _ => false);

    public static readonly TheoryData<string, Func<string, object?>> Parts = new()
    {
        { "read", text => IniReader.Read(text) },
        { "check", text => IniCheck.Check(IniReader.Read(text), NoFiles) },
        { "plan", text => ConfigurationPlan.Make(text, "cuk-slv1", NoFiles) },
        { "stamp", text => IniWriter.Write(IniReader.Read(text), 2) },
        { "compare", text => IniComparison.SaysTheSame(IniReader.Read(text), IniReader.Read(text)) },
        { "tell servers apart", text => IniReader.Read(text).ServerNodes },
    };

    [Theory]
    [MemberData(nameof(Parts), DisableDiscoveryEnumeration = true)]
    public void Of_four_times_the_nodes_no_part_takes_more_than_four_times_the_memory(string name, Func<string, object?> part)
    {
        var (few, many) = (Bytes(part, 256), Bytes(part, 1024));
        Assert.True(many < few * 4.2, $"{name}: {few} bytes for 256 nodes, {many} for 1,024");
    }

    private static long Bytes(Func<string, object?> part, int nodes)
    {
        var text = SampleIni.With(Enumerable.Range(1, nodes).Select(number => $"svr{number:0000}"));
        part(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        part(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
