namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// What DBaaS stores in K2HR3 for one cluster: the role and resource of the cluster, of its servers and of its slaves.
/// The keys are those that DBaaS sets.
/// </summary>
public sealed record DbaasCluster(string Tenant, string Name)
{
    public Yrn Role => Yrn.Role(Tenant, Name);

    public Yrn ServerRole => Yrn.Role(Tenant, Name + "/server");

    public Yrn SlaveRole => Yrn.Role(Tenant, Name + "/slave");

    public Yrn Resource => Yrn.Resource(Tenant, Name);

    public Yrn ServerResource => Yrn.Resource(Tenant, Name + "/server");

    public Yrn SlaveResource => Yrn.Resource(Tenant, Name + "/slave");

    public Yrn Policy => Yrn.Policy(Tenant, Name);

    public int ServerPort { get; init; } = 8020;

    public int ServerControlPort { get; init; } = 8021;

    public int SlaveControlPort { get; init; } = 8031;

    /// <summary>The resource's text (default: DBaaS's layout).</summary>
    public string? Template { get; init; }

    /// <summary>Who created the roles (default: current Trove).</summary>
    public RoleMaker Maker { get; init; }

    /// <summary>Keys of the slaves' resource, which override those that DBaaS sets.</summary>
    public IReadOnlyDictionary<string, string> SlaveKeys { get; init; } = new Dictionary<string, string>();

    internal void CreateIn(K2hr3Store store)
    {
        store.SetResource(Resource, new(Template ?? DbaasTemplate.For(this), new Dictionary<string, object>
        {
            ["cluster-name"] = Name,
            ["chmpx-server-port"] = $"{ServerPort}",
            ["chmpx-server-ctlport"] = $"{ServerControlPort}",
            ["chmpx-slave-ctlport"] = $"{SlaveControlPort}",
            ["chmpx-mode"] = "SERVER",
        }));
        store.SetResource(ServerResource, new("", new Dictionary<string, object> { ["chmpx-mode"] = "SERVER" }));
        var keys = MakerKeys();
        foreach (var (key, value) in SlaveKeys)
        {
            keys[key] = value;
        }
        store.SetResource(SlaveResource, new("", keys));
        store.SetPolicy(Policy, [$"{Resource}", $"{ServerResource}", $"{SlaveResource}"]);
        foreach (var role in (Yrn[])[Role, ServerRole, SlaveRole])
        {
            store.SetRole(role, [$"{Policy}"]);
        }
    }

    private Dictionary<string, object> MakerKeys() => Maker == RoleMaker.Trove
        ? new()
        {
            ["chmpx-mode"] = "SLAVE",
            ["k2hr3-init-packages"] = "",
            ["k2hr3-init-packagecloud-packages"] = "",
            ["k2hr3-init-systemd-packages"] = "",
            ["k2hdkc-dbaas-add-user"] = 1L,
        }
        : new()
        {
            ["chmpx-mode"] = "SLAVE",
            ["k2hr3-init-packages"] = "",
            ["k2hr3-init-packagecloud-packages"] = "k2hdkc-dbaas-override-conf,k2hr3-get-resource,chmpx",
            ["k2hr3-init-systemd-packages"] = "chmpx.service,k2hr3-get-resource.timer",
        };
}
