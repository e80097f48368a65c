using SlaveAgent.Reconciling;

namespace SlaveAgent.Packages;

/// <summary>The last time that the lists of packages were fetched for what is missing; kept in /run, because bootstrap is started again for each try.</summary>
/// <param name="At">Since the host's boot.</param>
/// <param name="Times">For the same packages in a row.</param>
/// <param name="For">A digest of the missing packages and of the repository.</param>
/// <param name="IsRepositoryAbsent">The AntPickax repository was found to have nothing for this system; its source was taken away again.</param>
public sealed record ListUpdate(TimeSpan At, int Times, string For, bool IsRepositoryAbsent)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>Whether the lists are to be fetched: for other packages at once, for the same with growing delays, so that a mirror is not asked several times a minute.</summary>
    public static bool IsDue(ListUpdate? last, string missing, TimeSpan now) =>
        last is null || last.For != missing || now < last.At || now - last.At >= RetryDelay.Doubled(First, last.Times - 1, Longest);
}
