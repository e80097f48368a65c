using System.Globalization;
using SlaveAgent.Fuzz;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>
/// How much work the pure parts make of what others wrote, in branches of the agent's code that are taken: of four times the input no more than four times as many,
/// whatever the input repeats. What grows faster than its input keeps the daemon from its watchdog.
/// </summary>
public sealed class WorkTests(WorkTests.Counter counter) : IClassFixture<WorkTests.Counter>
{
    private const int Few = 250;

    /// <summary>Beyond four times as much, for what is sorted.</summary>
    private const double Allowed = 4.6;

    /// <summary>For each byte of the input; some 10 to 30 are taken.</summary>
    private const int MostForEachByte = 60;

    public sealed class Counter : IDisposable
    {
        internal CountedAgent Agent { get; } = new();

        public void Dispose() => Agent.Dispose();
    }

    public static readonly TheoryData<string, Func<int, string>> Inputs = new()
    {
        { "servers", n => SampleIni.With(Names(n)) },
        { "servers listed again, with comments", n => SampleIni.With(Enumerable.Repeat("svr1\n# again", n)) },
        { "servers without a CUK on one control port", n => SampleIni.With(Names(n)).Replace("CUK = cuk-svr", "# CUK = cuk-svr", StringComparison.Ordinal) },
        { "servers that all have one key", n => SampleIni.With(Names(n)).Replace("CUK = cuk-svr", "CUK = cuk\n# svr", StringComparison.Ordinal) },
        { "other slaves", n => SampleIni.Text + Many(n, "\n[SLVNODE]\nNAME = s{0}\nCUK = c{0}\nCTLPORT = 8031\n") },
        { "other slaves that are wrong", n => SampleIni.Text + Many(n, "\n[SLVNODE]\nCUK = c{0}\nCTLPORT = x\nX = \u0001\nY = '\n") },
        { "own entries", n => SampleIni.Text + Many(n, "\n[SLVNODE]\nNAME = slv{0}\nCUK = cuk-slv1\nCTLPORT = 8031\nCUSTOM_ID_SEED = x\n") },
        { "own entries that are the same", n => SampleIni.Text + Many(n, "\n[SLVNODE]\n# {0}\nNAME = slv1\nCUK = cuk-slv1\nCTLPORT = 8031\nCUSTOM_ID_SEED = slv1\n") },
        { "keys of the global section", n => SampleIni.Text.Replace("[GLOBAL]", "[GLOBAL]\n" + Many(n, "K{0} = {0}\n"), StringComparison.Ordinal) },
        { "comments of the global section", n => SampleIni.Text.Replace("[GLOBAL]", "[GLOBAL]\n" + Many(n, "# {0}\n"), StringComparison.Ordinal) },
        { "keys of a server", n => SampleIni.Text.Replace("NAME = svr1", "NAME = svr1\n" + Many(n, "K{0} = {0}\n"), StringComparison.Ordinal) },
        { "keys of an unknown section", n => SampleIni.Text + "\n[K2HDKC]\n" + Many(n, "K{0} = {0}\n") },
        { "global sections and slaves", n => Many(n, "[GLOBAL]\nX{0} = 1\n") + SampleIni.Text + Many(n, "\n[SLVNODE]\nNAME = s{0}\n") },
        { "unknown sections", n => SampleIni.Text + Many(n, "\n[S{0}]\nA = 1\n") },
        { "endpoints", n => SampleIni.Text.Replace("NAME = svr1", "NAME = svr1\nCTLENDPOINTS = " + Many(n, "h{0}:x,"), StringComparison.Ordinal) },
        { "one long endpoint", n => SampleIni.Text.Replace("NAME = svr1", $"NAME = svr1\nCTLENDPOINTS = h{new string(' ', n * 10)}x", StringComparison.Ordinal) },
        { "one long name", n => SampleIni.Text.Replace("NAME = svr1", "NAME = " + Many(n, "[{0}]"), StringComparison.Ordinal) },
    };

    public static readonly TheoryData<string, Action<string>> Parts = new()
    {
        { "read", Work.Read },
        { "check", Work.Check },
        { "plan", Work.Plan },
        { "plan with the other slaves", Work.PlanAll },
        { "write", Work.Write },
        { "compare", Work.Compare },
        { "compare with what is loaded", Work.CompareLoaded },
        { "list the servers", Work.List },
        { "guard against a shrink", Work.Guard },
        { "find endpoints", Work.Endpoints },
    };

    public static TheoryData<string, Func<int, string>, string, Action<string>> All
    {
        get
        {
            var all = new TheoryData<string, Func<int, string>, string, Action<string>>();
            foreach (var part in Parts)
            {
                foreach (var input in Inputs)
                {
                    all.Add(input.Data.Item1, input.Data.Item2, part.Data.Item1, part.Data.Item2);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void Four_times_the_input_makes_no_more_than_four_times_the_work(string input, Func<int, string> make, string part, Action<string> work)
    {
        var (few, many) = (counter.Agent.Count(work, make(Few)), counter.Agent.Count(work, make(Few * 4)));
        Assert.True(few > 0, $"{part} of {input}: nothing was counted");
        Assert.True(many < few * Allowed, $"{part} of {input}: {few} branches for {Few}, {many} for {Few * 4}");
    }

    [Theory]
    [InlineData(32_000)]
    [InlineData(150_000)]
    public void What_ended_the_daemon_by_its_watchdog_is_work_in_proportion(int count)
    {
        var text = count > 100_000
            ? SampleIni.Text.Replace("[GLOBAL]", "[GLOBAL]\n" + Many(count, "K{0} = {0}\n"), StringComparison.Ordinal)
            : SampleIni.With(Enumerable.Repeat("svr1\n# again", count));
        var branches = counter.Agent.Count(Work.Plan, text);
        Assert.True(branches < (long)text.Length * MostForEachByte, $"{branches} branches for {text.Length} bytes");
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(1, count).Select(number => $"svr{number:00000}");

    private static string Many(int count, string format) =>
        string.Concat(Enumerable.Range(1, count).Select(number => string.Format(CultureInfo.InvariantCulture, format, number.ToString("000000", CultureInfo.InvariantCulture))));
}
