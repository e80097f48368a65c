using CsCheck;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class RetryDelayTests
{
    private static readonly Gen<TimeSpan> Length = Gen.OneOf(Gen.Int[10, 100_000].Select(ms => TimeSpan.FromMilliseconds(ms)), Gen.Int[1, 366].Select(d => TimeSpan.FromDays(d)));

    private static readonly Gen<double> Chance = Gen.OneOf(Gen.Double[0, 1].Where(d => d < 1), Gen.OneOf(0.0, Math.BitDecrement(1.0)));

    [Fact]
    public void A_delay_is_never_negative_never_nothing_and_never_beyond_the_cap() =>
        Gen.Select(Gen.OneOf(Gen.Int[1, 100], Gen.Const(int.MaxValue)), Length, Length, Chance).Sample((failures, first, cap, random) =>
        {
            var delay = RetryDelay.After(failures, new RetrySettings(first, cap), random);
            return delay > TimeSpan.Zero && delay <= cap;
        }, iter: Iterations.Of(20_000));

    [Fact]
    public void The_ceiling_doubles_with_each_failure_up_to_the_cap()
    {
        var retry = new RetrySettings(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        double[] ceilings = [1, 2, 4, 8, 16, 32, 60, 60, 60];
        for (var i = 0; i < ceilings.Length; i++)
        {
            Assert.Equal(ceilings[i], RetryDelay.After(i + 1, retry, Math.BitDecrement(1.0)).TotalSeconds, 3);
            Assert.Equal(0.1, RetryDelay.After(i + 1, retry, 0).TotalSeconds, 3);
        }
    }

    [Fact]
    public void Delays_are_spread_over_the_whole_room() => Gen.Double[0, 0.99].Sample(random =>
        RetryDelay.After(4, new RetrySettings(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)), random).TotalSeconds is var s && Math.Abs(s - (0.1 + (7.9 * random))) < 0.001);

    [Fact]
    public void Doubling_never_shrinks_and_never_passes_the_cap() => Gen.Select(Length, Length, Gen.Int[0, 200]).Sample((first, cap, times) =>
    {
        var once = RetryDelay.Doubled(first, times, cap);
        var more = RetryDelay.Doubled(first, times + 1, cap);
        return once <= more && more <= cap && once >= (first < cap ? first : cap);
    });

    [Fact]
    public void A_jittered_interval_is_within_its_share_either_way() => Gen.Select(Length, Gen.Double[0, 1], Chance).Sample((interval, share, random) =>
    {
        var jittered = RetryDelay.Jittered(interval, share, random);
        return jittered >= TimeSpan.Zero && jittered >= (interval * (1 - share)) - TimeSpan.FromTicks(1) && jittered <= (interval * (1 + share)) + TimeSpan.FromTicks(1);
    });

    [Fact]
    public void A_jittered_interval_grows_with_the_chance() => Assert.Equal(
        [90, 100, 110], new[] { 0, 0.5, 1 }.Select(random => RetryDelay.Jittered(TimeSpan.FromSeconds(100), 0.1, random).TotalSeconds));

    [Fact]
    public void Without_jitter_an_interval_is_itself() => Length.Sample(interval => RetryDelay.Jittered(interval, 0, 0.7) == interval);
}
