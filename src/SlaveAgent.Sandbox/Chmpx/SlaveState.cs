using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The slave's shared memory: its configuration and its servers. All access is under <see cref="Gate"/>, which represents
/// chmpx's single event loop: while it waits for a file to return, no request is answered.
/// </summary>
internal sealed class SlaveState(ChmpxConfiguration configuration, ChmpxNode self, TimeProvider time)
{
    private readonly ChmpxConfiguration _atStart = configuration;

    public Lock Gate { get; } = new();

    public ChmpxNode Self { get; } = self;

    /// <summary>As last read, by the watch or for a client on the control port: the watch compares the file with it.</summary>
    public ChmpxConfiguration Configuration { get; private set; } = configuration;

    /// <summary>As copied into shared memory.</summary>
    public ChmpxConfiguration Active { get; private set; } = configuration;

    public List<ServerView> Servers { get; } = [.. configuration.Servers.Select(server => new ServerView(server))];

    public DateTimeOffset Started { get; } = time.GetUtcNow();

    public bool IsConnected => Servers.Exists(server => server.Link is not null);

    /// <summary>chmpx searches for servers by itself only while this is false.</summary>
    public bool IsAnyUp => Servers.Exists(server => server.IsUp);

    public SharedMemory Show(string directory, bool hasClients) => new(
        _atStart.Group, _atStart.IdType, _atStart.IsRandom, Active.Revision, Active.Date, IsServer: false,
        new(Self, RingStatus.Up, NodeStatus.NoHash, Started), [.. Servers.Select(server => server.Shown)], MessageQueues.Of(Active),
        Started, Environment.ProcessId, directory, Slaves: 0, hasClients);

    /// <summary>The file was read for a client on the control port: only the copy that the watch compares with changes.</summary>
    public void Read(ChmpxConfiguration next) => Configuration = next;

    /// <summary>Accepts a configuration that the watch read. False when it is unchanged, or when the change needs a restart.</summary>
    public bool Take(ChmpxConfiguration next)
    {
        var isNew = !next.IsSameAs(Configuration);
        Configuration = next;
        return isNew && Reload();
    }

    /// <summary>Copies the last read configuration into shared memory. False when that needs a restart.</summary>
    public bool Reload()
    {
        if (Configuration.Group != _atStart.Group || Configuration.IdType != _atStart.IdType)
        {
            return false;
        }
        Active = Configuration;
        foreach (var listed in Active.Servers.Where(listed => !Servers.Exists(server => server.Node.IsSameAs(listed))))
        {
            Servers.Add(new(listed));
        }
        // Removed from the file, but not both out of service and down: stays.
        Servers.RemoveAll(server => server.IsOutAndDown && server.Link is null && !Active.Servers.Any(listed => listed.IsSameAs(server.Node)));
        Sort();
        return true;
    }

    /// <summary>Takes the first answer of a server while none was up: exactly the members of its ring.</summary>
    public void TakeWhole(RingUpdate update)
    {
        foreach (var member in update.Members)
        {
            Merge(member);
        }
        Servers.RemoveAll(server => server.Link is null && !update.Members.Any(member => IsIt(server, member)));
        Renumber();
    }

    /// <summary>Takes a server's update about members of the ring, possibly ones that the configuration does not list yet.</summary>
    public void Take(RingUpdate update)
    {
        foreach (var member in update.Members)
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

    // Every status message makes chmpx renumber the ring, which sets all servers' times from its own clock (UpdateHash).
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
