namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>The machine's clock, moved ahead by a fixed time.</summary>
internal sealed class AheadTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
