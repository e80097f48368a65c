namespace SlaveAgent.Reconciling;

/// <param name="Seconds">Between two requests of a host.</param>
internal sealed record KeptPace(double Seconds);
