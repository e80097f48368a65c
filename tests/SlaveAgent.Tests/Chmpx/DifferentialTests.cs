using System.Diagnostics;
using System.Text.Json;
using SlaveAgent.Fuzz.Differential;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>
/// The agent's check gives the real chmpx's verdict: nothing is accepted here that ends chmpx, and nothing is said to end it that it runs with. The long form is tests/SlaveAgent.Fuzz/differential.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int Files = 150;
    private const int Seed = 20261126;

    /// <summary>Half a minute on a quiet machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_the_real_chmpx_was_seen_to_do_with_generated_files_is_what_the_check_says()
    {
        var recorded = File.ReadLines(Fixture.PathOf("chmpx/verdicts.jsonl")).Select(line => JsonSerializer.Deserialize(line, RecordedJson.Default.Recorded)!).ToList();
        Assert.True(recorded.Count >= 300, $"only {recorded.Count} are recorded");
        Assert.True(recorded.Count(one => one.Runs is true) >= 100 && recorded.Count(one => one.Runs is false) >= 100, "they are of one kind");
        Assert.Empty(recorded.Select(one => Comparison.Broken(one.Text, one.Runs, Comparison.Judge(one.Text))).OfType<string>());
    }

    [Fact]
    public async Task Generated_files_get_the_real_chmpxs_verdict()
    {
        RealChmpx.Require();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "chmpx leaves memory files and message queues behind: it needs namespaces of its own, which root can make");
        string[] command = [Repository.At("tests/SlaveAgent.Fuzz/differential"), "-n", $"{Files}", "-s", $"{Seed}", "-b", AppContext.BaseDirectory];
        using var process = Process.Start(new ProcessStartInfo("bash", command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel).WaitAsync(Limit, Cancel);
        var said = string.Concat(await texts);
        output.WriteLine(said);
        Assert.True(process.ExitCode == 0, said);
    }
}
