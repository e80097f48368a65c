namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The sizes that need a restart, and that a reload overwrites in shared memory all the same, although those of the start stay in force.
/// </summary>
internal sealed record MessageQueues(int Nodes, int Server, int Client, int PerServer, int PerClient, int ClientMost, int PerAttach)
{
    public static MessageQueues Default { get; } = new(256, 8, 128, 8, 8, 16, 8);

    public static MessageQueues Of(ChmpxConfiguration configuration) => new(
        configuration.Number("MAXCHMPX", Default.Nodes), configuration.Number("MAXMQSERVER", Default.Server), configuration.Number("MAXMQCLIENT", Default.Client),
        configuration.Number("MAXQPERSERVERMQ", Default.PerServer), configuration.Number("MAXQPERCLIENTMQ", Default.PerClient),
        configuration.Number("MAXMQPERCLIENT", Default.ClientMost), configuration.Number("MQPERATTACH", Default.PerAttach));
}
