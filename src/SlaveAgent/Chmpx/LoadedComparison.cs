using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Compares what chmpx shows as loaded with the file in place. What differs although the file was loaded needs a restart: chmpx shows a server's port, TLS
/// and certificates as they were when it first heard of that server, and GROUP, CHMPXIDTYPE and DELIVERMODE as they were at its start (chmpx 1.0.113). Pure.
/// </summary>
public static class LoadedComparison
{
    /// <summary>chmpx's start time has whole seconds, and the clock of a file system may be a tick behind.</summary>
    private static readonly TimeSpan ClockResolution = TimeSpan.FromSeconds(1);

    /// <param name="changedAt">When a file of this host was last changed or replaced; null when it is not there or cannot be read.</param>
    public static ImmutableArray<RestartNeed> Find(IniDocument ini, RingView view, Func<string, DateTimeOffset?> changedAt)
    {
        var needs = ImmutableArray.CreateBuilder<RestartNeed>();
        CompareGlobal(ini, view, needs);
        var shown = view.Servers.Where(server => server.Loaded is not null).ToLookup(server => server.Key, server => server.Loaded!);
        foreach (var node in ini.ServerNodes.All)
        {
            // Should chmpx show two under one key, the one that fits best is taken for it.
            needs.AddRange(shown[node.Key].Select(loaded => Differences(ini, node.Section, loaded).ToList()).MinBy(differences => differences.Count) ?? []);
        }

        if (view.Self is { } self && ini.FindSelf() is { } own)
        {
            needs.AddRange(PathDifferences(ini, own, self, ["SLAVE_CERT", "SLAVE_PRIKEY"]));
        }

        needs.AddRange(ReplacedFiles(view, changedAt));
        return [.. needs.Distinct()];
    }

    private static void CompareGlobal(IniDocument ini, RingView view, ImmutableArray<RestartNeed>.Builder needs)
    {
        if (view.Group.Length > 0 && ini.Global("GROUP") is { } group && group != view.Group)
        {
            needs.Add(new RestartNeed(RestartReason.GlobalChanged, "GROUP"));
        }

        if (view.SelfCuk.Length > 0 && ini.Global("SELFCUK") is { Length: > 0 } cuk && cuk != view.SelfCuk)
        {
            needs.Add(new RestartNeed(RestartReason.GlobalChanged, "SELFCUK"));
        }

        if (view.IdType.Length > 0 && ini.IdType != view.IdType)
        {
            needs.Add(new RestartNeed(RestartReason.GlobalChanged, "CHMPXIDTYPE"));
        }

        if (view.IsRandomDeliver is { } random && ini.Global("DELIVERMODE") is { } mode && mode.Equals("random", StringComparison.OrdinalIgnoreCase) != random)
        {
            needs.Add(new RestartNeed(RestartReason.GlobalChanged, "DELIVERMODE"));
        }
    }

    private static IEnumerable<RestartNeed> Differences(IniDocument ini, IniSection server, LoadedNode loaded)
    {
        var name = server["NAME"];
        if (ini.PortOf(server, "PORT") is { } port && port != loaded.Port)
        {
            yield return new RestartNeed(RestartReason.ServerChanged, "PORT", name);
        }

        if (ini.IsOn(server, "SSL") != loaded.IsTls)
        {
            yield return new RestartNeed(RestartReason.ServerChanged, "SSL", name);
            yield break;
        }

        if (!loaded.IsTls)
        {
            yield break;
        }

        if (ini.IsOn(server, "SSL_VERIFY_PEER") != loaded.VerifiesPeer)
        {
            yield return new RestartNeed(RestartReason.ServerChanged, "SSL_VERIFY_PEER", name);
        }

        foreach (var need in PathDifferences(ini, server, loaded, ["CAPATH", "SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY"]))
        {
            yield return need;
        }
    }

    private static IEnumerable<RestartNeed> PathDifferences(IniDocument ini, IniSection node, LoadedNode loaded, IEnumerable<string> keys) => keys
        .Where(key => (ini.PathOf(node, key) ?? string.Empty) != Loaded(loaded, key))
        .Select(key => new RestartNeed(RestartReason.CertificatePathChanged, key, node["NAME"]));

    private static string Loaded(LoadedNode node, string key) => key switch
    {
        "CAPATH" => node.AuthorityPath,
        "SERVER_CERT" => node.ServerCertificate,
        "SERVER_PRIKEY" => node.ServerKey,
        "SLAVE_CERT" => node.SlaveCertificate,
        _ => node.SlaveKey,
    };

    private static IEnumerable<RestartNeed> ReplacedFiles(RingView view, Func<string, DateTimeOffset?> changedAt)
    {
        if (view.Process.StartTime <= 0 || !view.Servers.Any(server => server.Loaded is { IsTls: true }))
        {
            return [];
        }

        var started = DateTimeOffset.FromUnixTimeSeconds(view.Process.StartTime) + ClockResolution;
        return view.Servers.Select(server => server.Loaded).Append(view.Self).OfType<LoadedNode>()
            .SelectMany(node => new[] { node.AuthorityPath, node.SlaveCertificate, node.SlaveKey })
            .Where(path => path.Length > 0).Distinct()
            .Where(path => changedAt(path) is { } changed && changed > started)
            .Select(path => new RestartNeed(RestartReason.CertificateReplaced, path));
    }
}
