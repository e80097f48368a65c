using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The slave's shared memory: its configuration and its servers. All of it is touched under <see cref="Gate"/>, which stands
/// for chmpx's one event loop: while that waits for a file to come back, nobody is answered.
/// </summary>
internal sealed class SlaveState(ChmpxConfiguration configuration, ChmpxNode self, TimeProvider time)
{
    private readonly ChmpxConfiguration atStart = configuration;

    public Lock Gate { get; } = new();

    public ChmpxNode Self { get; } = self;

    /// <summary>As read last, by the watch or for a caller on the control port: what the watch compares the file with.</summary>
    public ChmpxConfiguration Configuration { get; private set; } = configuration;

    /// <summary>As taken over into shared memory.</summary>
    public ChmpxConfiguration Active { get; private set; } = configuration;

    public List<ServerView> Servers { get; } = [.. configuration.Servers.Select(server => new ServerView(server))];

    public DateTimeOffset Started { get; } = time.GetUtcNow();

    public bool IsConnected => Servers.Exists(server => server.Link is not null);

    /// <summary>Only while this is false does chmpx look for servers by itself.</summary>
    public bool IsAnyUp => Servers.Exists(server => server.IsUp);

    public SharedMemory Show(string directory, bool hasClients) => new(
        atStart.Group, atStart.IdType, atStart.IsRandom, Active.Revision, Active.Date, IsServer: false,
        new(Self, RingStatus.Up, NodeStatus.NoHash, Started), [.. Servers.Select(server => server.Shown)], MessageQueues.Of(Active),
        Started, Environment.ProcessId, directory, Slaves: 0, hasClients);

    /// <summary>The file was read for a caller on the control port: only the copy that the watch compares with changes.</summary>
    public void Read(ChmpxConfiguration next) => Configuration = next;

    /// <summary>Takes a configuration that the watch read. False when it says nothing new, or what it says needs a restart.</summary>
    public bool Take(ChmpxConfiguration next)
    {
        var isNew = !next.IsSameAs(Configuration);
        Configuration = next;
        return isNew && Reload();
    }

    /// <summary>Shared memory follows the configuration as read last. False when that needs a restart.</summary>
    public bool Reload()
    {
        if (Configuration.Group != atStart.Group || Configuration.IdType != atStart.IdType)
        {
            return false;
        }
        Active = Configuration;
        foreach (var listed in Active.Servers.Where(listed => !Servers.Exists(server => server.Node.IsSameAs(listed))))
        {
            Servers.Add(new(listed));
        }
        // Taken out of the file, but not both out of service and down: stays.
        Servers.RemoveAll(server => server.IsOutAndDown && server.Link is null && !Active.Servers.Any(listed => listed.IsSameAs(server.Node)));
        Sort();
        return true;
    }

    /// <summary>The first answer of a server, while none was up: all members of its ring, and nobody else.</summary>
    public void TakeWhole(RingNews news)
    {
        foreach (var member in news.Members)
        {
            Merge(member);
        }
        Servers.RemoveAll(server => server.Link is null && !news.Members.Any(member => IsIt(server, member)));
        Renumber();
    }

    /// <summary>A server tells of a member of the ring, perhaps one that the configuration does not list yet.</summary>
    public void Take(RingNews news)
    {
        foreach (var member in news.Members)
        {
            Merge(member);
        }
        Renumber();
    }

    public void Down(ServerView server)
    {
        server.Link = null;
        server.Status &= ~RingStatus.Up;
        server.LastUpdate = time.GetUtcNow();
    }

    private void Merge(RingMember member)
    {
        if (Servers.Find(server => IsIt(server, member)) is { } known)
        {
            if (known.LastUpdate.ToUnixTimeSeconds() <= member.Updated.ToUnixTimeSeconds())
            {
                known.Status = member.Status;
                known.LastUpdate = member.Updated;
            }
        }
        else if (member.Status != RingStatus.ServiceOut)
        {
            Servers.Add(new(member.Node) { Status = member.Status, LastUpdate = member.Updated });
            Sort();
        }
    }

    // Every status message makes chmpx number the ring again, which stamps all servers with its own clock (UpdateHash).
    private void Renumber()
    {
        var next = 0UL;
        foreach (var server in Servers)
        {
            server.Hash = server.Status.HasFlag(RingStatus.ServiceIn) ? next++ : NodeStatus.NoHash;
            server.LastUpdate = time.GetUtcNow();
        }
    }

    private static bool IsIt(ServerView server, RingMember member) => server.Node.Cuk == member.Cuk && server.Node.ControlPort == member.ControlPort;

    private void Sort() => Servers.Sort((left, right) =>
        string.CompareOrdinal(left.Node.Seed, right.Node.Seed) is var order and not 0 ? order : string.CompareOrdinal(left.Node.Cuk, right.Node.Cuk));
}
