namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>The machine's clock, set ahead by a fixed amount.</summary>
internal sealed class AheadTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
