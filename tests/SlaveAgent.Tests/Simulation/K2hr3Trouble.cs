namespace SlaveAgent.Tests.Simulation;

internal enum K2hr3Trouble
{
    None,
    Unreachable,
    Hangs,
    Status500,

    /// <summary>As a store in trouble says of a good token.</summary>
    Status401,
    Garbage,

    /// <summary>As a store in trouble says of a resource that has a text.</summary>
    Empty,
}
