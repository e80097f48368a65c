using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The slave's shared memory: its configuration and its servers. All of it is touched under <see cref="Gate"/>, which stands
/// for chmpx's one event loop: while that waits for a file to come back, nobody is answered.
/// </summary>
internal sealed class SlaveState(ChmpxConfiguration configuration, ChmpxNode self, TimeProvider time)
{
    public Lock Gate { get; } = new();

    public ChmpxNode Self { get; } = self;

    /// <summary>As loaded: what a reload is compared with.</summary>
    public ChmpxConfiguration Configuration { get; private set; } = configuration;

    /// <summary>As taken: GROUP and CHMPXIDTYPE never change without a restart.</summary>
    public ChmpxConfiguration Active { get; private set; } = configuration;

    public List<ServerView> Servers { get; } = [.. configuration.Servers.Select(server => new ServerView(server, isListed: true) { LastUpdate = time.GetUtcNow() })];

    public DateTimeOffset Started { get; } = time.GetUtcNow();

    public bool IsConnected => Servers.Exists(server => server.Link is not null);

    /// <summary>Takes a configuration that was read again. False when it says nothing new, or what it says needs a restart.</summary>
    public bool Take(ChmpxConfiguration next)
    {
        var isNew = !next.IsSameAs(Configuration);
        Configuration = next;
        if (!isNew || next.Group != Active.Group || next.IdType != Active.IdType)
        {
            return false;
        }
        Active = next;
        foreach (var server in Servers)
        {
            server.IsListed = next.Servers.Any(listed => listed.IsSameAs(server.Node));
            server.WasListed |= server.IsListed;
        }
        // Taken out, but still up: stays until it goes down. Down: purged now, and only now.
        Servers.RemoveAll(server => !server.IsListed && server.Link is null);
        foreach (var listed in next.Servers.Where(listed => !Servers.Exists(server => server.Node.IsSameAs(listed))))
        {
            Servers.Add(new(listed, isListed: true) { LastUpdate = time.GetUtcNow() });
        }
        Sort();
        return true;
    }

    public void Connected(ServerView server, ServerLink link)
    {
        server.Link = link;
        server.LastUpdate = time.GetUtcNow();
        Take(link.FirstNews);
    }

    public void Disconnected(ServerView server)
    {
        server.Link = null;
        server.Status = RingStatus.ServiceOut;
        server.Hash = ServerView.NoHash;
        server.LastUpdate = time.GetUtcNow();
        if (!server.WasListed)
        {
            Servers.Remove(server);
        }
    }

    /// <summary>The ring tells of all its members, also of those that the configuration does not list yet.</summary>
    public void Take(RingNews news)
    {
        foreach (var member in news.Members)
        {
            if (Find(member) is not { } server)
            {
                server = new(new(member.Name, member.Port, member.ControlPort, member.Cuk, member.Seed, member.Endpoints,
                    member.ControlEndpoints, "", member.ReversePeers, false), isListed: false);
                Servers.Add(server);
                Sort();
            }
            server.Status = member.Status;
            server.Hash = member.Status.HasFlag(RingStatus.ServiceIn) ? member.Hash : ServerView.NoHash;
            server.LastUpdate = time.GetUtcNow();
        }
    }

    private ServerView? Find(RingMember member) =>
        Servers.Find(server => server.Node.Cuk == member.Cuk && server.Node.ControlPort == member.ControlPort);

    private void Sort() => Servers.Sort((left, right) =>
        string.CompareOrdinal(left.Node.Seed, right.Node.Seed) is var order and not 0 ? order : string.CompareOrdinal(left.Node.Cuk, right.Node.Cuk));
}
