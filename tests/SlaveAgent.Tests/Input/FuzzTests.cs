using System.Diagnostics;
using System.Globalization;
using System.Text;
using SlaveAgent.Fuzz;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Input;

/// <summary>The short form of the Input suite: the kept inputs, and blindly changed ones. The long form, led by coverage, is tests/SlaveAgent.Fuzz/run.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    /// <summary>Far more than any of these inputs needs on a busy machine; what it is to catch takes minutes.</summary>
    private static readonly TimeSpan LongestForOne = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Names => new(FuzzTarget.All.Select(target => target.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_once_an_interesting_input_keeps_every_promise(string name)
    {
        var corpus = Corpus(name);
        Assert.NotEmpty(corpus);
        Assert.All(corpus, input => Try(Target(name), input, "an input of the corpus"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Twenty_thousand_changed_inputs_keep_every_promise(string name)
    {
        var count = Number("SLAVE_AGENT_INPUTS", 20_000);
        var seed = Number("SLAVE_AGENT_SEED", 20261123);
        var random = new Random(seed);
        var corpus = Corpus(name);
        var target = Target(name);
        var words = target.Message.Select(Encoding.UTF8.GetBytes).ToList();
        for (var i = 0; i < count; i++)
        {
            Try(target, Mutator.Next(random, corpus, words), $"seed {seed}, input {i}");
        }

        output.WriteLine($"{name}: seed {seed}, {corpus.Count} inputs of the corpus, {count} changed ones");
    }

    private static void Try(FuzzTarget target, byte[] input, string which)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            target.Try(input);
        }
        catch (Exception e)
        {
            Assert.Fail($"{target.Name}, {which}: {e}\n{Convert.ToBase64String(input)}");
        }

        Assert.True(Stopwatch.GetElapsedTime(began) < LongestForOne, $"{target.Name}, {which} has no end\n{Convert.ToBase64String(input)}");
    }

    private static FuzzTarget Target(string name) => FuzzTarget.All.First(target => target.Name == name);

    private static List<byte[]> Corpus(string name) =>
        [.. Directory.EnumerateFiles(Fixture.PathOf($"Fuzz/{name}")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
