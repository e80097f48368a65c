namespace SlaveAgent.Status;

/// <param name="Listed">By the configuration in place.</param>
/// <param name="Up">Of the listed ones, as chmpx shows them.</param>
/// <param name="Connected">Of the listed ones.</param>
/// <param name="List">Each server, also those that are not listed.</param>
public sealed record ServersStatus(int Listed, int Up, int Connected, IReadOnlyList<ServerStatus> List)
{
    public static ServersStatus Of(IReadOnlyList<ServerStatus> list) => new(
        list.Count(server => server.State != ServerStates.Unlisted),
        list.Count(server => server.State is ServerStates.Connected or ServerStates.HalfOpen or ServerStates.Up),
        list.Count(server => server.State == ServerStates.Connected),
        list);
}
