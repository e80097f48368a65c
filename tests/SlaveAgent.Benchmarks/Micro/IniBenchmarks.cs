using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Benchmarks.Micro;

/// <summary>What one answer of K2HR3's goes through.</summary>
public class IniBenchmarks
{
    private static readonly HostFiles AllThere = new(_ => true, _ => true);

    private string _text = string.Empty;
    private byte[] _json = [];
    private IniDocument _ini = IniReader.Read(string.Empty);
    private IniDocument _other = IniReader.Read(string.Empty);

    [Params(3, 64, 256, 1024)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _text = Samples.Resource(Nodes);
        _json = JsonSerializer.SerializeToUtf8Bytes(new { result = true, message = (string?)null, resource = _text });
        _ini = Samples.Ini(Nodes);
        _other = IniReader.Read(IniWriter.Write(_ini, 8));
        if (ConfigurationPlan.Make(_text, Samples.Cuk, AllThere) is not ConfigurationPlan.Usable)
        {
            throw new InvalidOperationException("the sample is no configuration that chmpx would take");
        }
    }

    [Benchmark]
    public object Json() => K2hr3Reading.Read(new K2hr3Request(K2hr3RequestKind.Read), 200, _json, null, null, null);

    [Benchmark]
    public object Read() => IniReader.Read(_text);

    [Benchmark]
    public object Check() => IniCheck.Check(_ini, AllThere);

    [Benchmark]
    public object Plan() => ConfigurationPlan.Make(_text, Samples.Cuk, AllThere);

    [Benchmark]
    public bool Compare() => IniComparison.SaysTheSame(_ini, _other);

    [Benchmark]
    public int Stamp() => Encoding.UTF8.GetByteCount(IniWriter.Write(_ini, 9));
}
