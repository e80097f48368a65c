namespace SlaveAgent.Sandbox.Viewing;

/// <summary>The world at one moment, as it is drawn.</summary>
/// <param name="IsCut">The slave's network is cut.</param>
/// <param name="CanLoseConnections">The servers are stand-ins, which can also be powered off and cut off.</param>
internal sealed record WorldView(K2hr3View K2hr3, IReadOnlyList<ServerView> Servers, SlaveView Slave, bool IsCut, bool CanLoseConnections);
