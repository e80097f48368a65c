namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// Sizes that take effect at startup only. A reload overwrites them in shared memory anyway, although the ones of the start stay in force.
/// </summary>
internal sealed record MessageQueues(int Nodes, int Server, int Client, int PerServer, int PerClient, int PerClientProcess, int PerAttach)
{
    public static MessageQueues Default { get; } = new(256, 8, 128, 8, 8, 16, 8);

    public static MessageQueues Of(ChmpxConfiguration configuration) => new(
        configuration.Number("MAXCHMPX", Default.Nodes), configuration.Number("MAXMQSERVER", Default.Server), configuration.Number("MAXMQCLIENT", Default.Client),
        configuration.Number("MAXQPERSERVERMQ", Default.PerServer), configuration.Number("MAXQPERCLIENTMQ", Default.PerClient),
        configuration.Number("MAXMQPERCLIENT", Default.PerClientProcess), configuration.Number("MQPERATTACH", Default.PerAttach));
}
