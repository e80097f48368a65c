namespace SlaveAgent.Tests.Simulation;

internal enum ToolTrouble
{
    None,
    Fails,

    /// <summary>Says it is done, and has done nothing.</summary>
    Lies,

    /// <summary>Ends with its deadline.</summary>
    Hangs,
}
