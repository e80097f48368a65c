using System.Net;
using System.Net.Sockets;
using SlaveAgent.Sandbox;

namespace SlaveAgent.Tests.Sandbox;

public sealed class ReservedPortTests
{
    [Fact]
    public void A_port_that_is_reserved_is_given_to_nobody_else_and_can_be_listened_on()
    {
        // So many of 8,000 that chance alone would give one twice.
        var ports = Enumerable.Range(0, 400).Select(_ => ReservedPort.Take()).ToList();
        Assert.Equal(ports.Count, ports.Select(port => port.Number).Distinct().Count());
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, ports[0].Number));
        socket.Listen();
        ports.ForEach(port => port.Dispose());
    }
}
