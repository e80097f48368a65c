using BenchmarkDotNet.Attributes;
using SlaveAgent.Chmpx;
using SlaveAgent.Ring;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Benchmarks.Micro;

/// <summary>What one look at the ring goes through.</summary>
public class RingBenchmarks
{
    private readonly RingMemory _memory = new();
    private byte[] _dump = [];
    private byte[] _again = [];
    private RingSituation? _situation;

    [Params(3, 64, 256, 1024)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _dump = Samples.Dump(Nodes);
        _again = Samples.Dump(Nodes);
        var view = RingReader.TryRead(_dump);
        if (view?.Servers.Length != Nodes)
        {
            throw new InvalidOperationException("the sample is no answer to DUMP");
        }

        _memory.Note(view);
        var chmpx = new ChmpxSettings("chmpx.service", Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
        var ini = IniReader.Read(IniWriter.Write(Samples.Ini(Nodes), 7));
        _situation = new RingSituation(ini, view, TimeSpan.FromHours(1), chmpx);
        if (RingJudge.Judge(_situation) is not { State: RingState.Connected, Disagreement: null })
        {
            throw new InvalidOperationException("the sample is no connected ring");
        }
    }

    /// <summary>An answer like the last one: all that a quiet second does with it.</summary>
    [Benchmark]
    public bool SameBytes() => _again.AsSpan().SequenceEqual(_dump);

    [Benchmark]
    public object? Dump() => RingReader.TryRead(_dump);

    [Benchmark]
    public object Judge() => RingJudge.Judge(_situation!);

    [Benchmark]
    public object Servers() => ServerList.Of(_situation!.Ini, _situation.View);
}
