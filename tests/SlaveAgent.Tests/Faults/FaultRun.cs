using System.Globalization;

namespace SlaveAgent.Tests.Faults;

/// <summary>How long the fault suites run, and what is random in them: both can be said from outside (tests/README.md, "Faults").</summary>
internal sealed class FaultRun
{
    private readonly string _suite;

    public FaultRun(string suite)
    {
        _suite = suite;
        Seed = int.TryParse(Environment.GetEnvironmentVariable("SLAVE_AGENT_FAULTS_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : System.Random.Shared.Next();
        Random = new Random(Seed);
        Say($"seed {Seed}");
    }

    public static bool IsLong => Environment.GetEnvironmentVariable("SLAVE_AGENT_FAULTS") == "long";

    public int Seed { get; }

    public Random Random { get; }

    public static int Times(int shortForm, int longForm) => IsLong ? longForm : shortForm;

    /// <summary>Prints seed and counts; into a file as well, where one is asked for.</summary>
    public void Say(string words)
    {
        var line = $"{_suite}: {words}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("SLAVE_AGENT_FAULTS_REPORT") is { Length: > 0 } report)
        {
            File.AppendAllText(report, line + "\n");
        }
    }

    /// <summary>Reports progress ten times during the long form, so that an interrupted run has counts, too.</summary>
    public void Progress(int done, int of)
    {
        if (IsLong && done > 0 && done % Math.Max(1, of / 10) == 0)
        {
            Say($"{done} of {of} so far");
        }
    }

    /// <summary>For a message of a failed assertion, so that the run can be repeated.</summary>
    public string Repeat(string words) => $"{words} (SLAVE_AGENT_FAULTS_SEED={Seed})";
}
