using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Configuration;

public sealed class GenerationHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Only_the_last_entries_are_kept()
    {
        var history = Enumerable.Range(1, 500).Aggregate(GenerationHistory.Empty, (history, number) => history.With(Entry(number, $"svr{number}")));
        Assert.Equal((GenerationHistory.Most, 301, 500), (history.Entries.Count, history.Entries[0].Generation, history.Entries[^1].Generation));
    }

    [Fact]
    public void Many_in_a_row_that_say_the_same_are_the_first_and_the_last()
    {
        var history = Enumerable.Range(2, 99).Aggregate(GenerationHistory.Empty.With(Entry(1, "svr1")), (history, number) => history.With(Entry(number, "svr1") with { Cause = GenerationCause.Stamp }));
        Assert.Equal([1, 2, 100], history.Entries.Select(entry => entry.Generation));
        Assert.Equal([1, 1, 98], history.Entries.Select(entry => entry.Times));
    }

    [Fact]
    public void A_refusal_is_entered_once_for_each_distinct_one_since_the_last_generation()
    {
        var (first, other) = (Refusal("line 3"), Refusal("line 4"));
        var history = GenerationHistory.Empty.WithRefusal(first).WithRefusal(other);
        Assert.Same(history, history.WithRefusal(first with { At = Start.AddDays(1) }));
        Assert.Same(history, history.WithRefusal(other));
        Assert.Equal(4, history.With(Entry(1, "svr1")).WithRefusal(first).Entries.Count);
    }

    [Fact]
    public void The_times_until_loaded_and_connected_are_entered_once()
    {
        var history = GenerationHistory.Empty.With(Entry(1, "svr1"));
        var loaded = history.WithLoaded(Found(1, Start.AddSeconds(5)), TimeSpan.FromMilliseconds(250), isConnected: false);
        Assert.Equal((0.25, null), (loaded.Entries[0].LoadedAfterSeconds, loaded.Entries[0].ConnectedAfterSeconds));

        // By another agent, which did not write it.
        var connected = loaded.WithLoaded(Found(1, Start.AddSeconds(5)), null, isConnected: true);
        Assert.Equal((0.25, 5.0), (connected.Entries[0].LoadedAfterSeconds, connected.Entries[0].ConnectedAfterSeconds));
        Assert.Same(connected, connected.WithLoaded(Found(1, Start.AddSeconds(9)), null, isConnected: true));
    }

    [Fact]
    public void A_clock_that_was_set_back_brings_no_negative_time() =>
        Assert.Equal(0, GenerationHistory.Empty.With(Entry(1, "svr1")).WithLoaded(Found(1, Start.AddDays(-1)), null, isConnected: false).Entries[0].LoadedAfterSeconds);

    [Fact]
    public void A_generation_that_nobody_entered_is_found_once()
    {
        var history = GenerationHistory.Empty.WithLoaded(Found(7, Start), null, isConnected: false);
        Assert.Equal((7, GenerationCause.Found), (Assert.Single(history.Entries).Generation, history.Entries[0].Cause));
        Assert.Same(history, history.WithLoaded(Found(7, Start.AddDays(1)), null, isConnected: true));
    }

    [Fact]
    public void The_journal_names_what_joined_and_left_with_the_cause_and_the_generation_before()
    {
        var (before, now) = (IniReader.Read(SampleIni.With(["server-1", "server-2"], generation: 6)), IniReader.Read(SampleIni.With(["server-1", "server-4"])));
        var entry = GenerationEntry.Written(7, Start, GenerationCause.Poll, before, now);
        Assert.Contains("7: +server-4, -server-2 (", entry.Line, StringComparison.Ordinal);
        Assert.EndsWith(" 6", entry.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_thousand_servers_all_are_counted_and_few_named_and_no_name_is_long_or_of_several_lines()
    {
        var names = Enumerable.Range(0, 1000).Select(number => $"s{number}\n\u001b[31m{new string('x', 500)}").ToList();
        var list = NameList.Of(names);
        Assert.Equal((1000, NameList.Most), (list.Count, list.Names.Count));
        Assert.All(list.Names, name => Assert.True(name.Length <= NameList.Longest && !name.Any(char.IsControl), name));
    }

    private static GenerationEntry Entry(int generation, string server) =>
        GenerationEntry.Written(generation, Start, GenerationCause.Poll, null, IniReader.Read(SampleIni.With([server])));

    private static GenerationEntry Found(int generation, DateTimeOffset at) =>
        GenerationEntry.Written(generation, at, GenerationCause.Found, null, IniReader.Read(SampleIni.With(["svr1"], generation)));

    private static GenerationEntry Refusal(string message) => GenerationEntry.Refused(Start, GenerationCause.Poll, Reasons.ConfigurationRefused, message);
}
