namespace SlaveAgent.Reconciling;

/// <summary>A warning to be logged.</summary>
/// <param name="Times">How often it happened that was not logged yet.</param>
/// <param name="Within">In how long: a minute, or more where nobody asked for longer; zero for the first time.</param>
public readonly record struct WarningDue(int Times, TimeSpan Within)
{
    public bool IsFirst => Within == TimeSpan.Zero;
}
