namespace SlaveAgent.Chmpx;

/// <summary>chmpx's rules about <c>[SVRNODE]</c> and <c>[SLVNODE]</c>.</summary>
internal static class NodeRules
{
    private const int LongestName = 1024;

    public static void Check(IniDocument ini, ChmpxNodes nodes, List<IniProblem> problems)
    {
        foreach (var server in ini.Servers.Where(server => server["NAME"] is null && server.Lines.Any(line => line.Key is not null)))
        {
            problems.Add(IniProblem.Harms(IniCode.NameMissing, server.Line, "the [SVRNODE] must have NAME: chmpx leaves out a server without one"));
        }

        foreach (var server in nodes.Servers)
        {
            CheckServer(ini, server, problems);
        }

        foreach (var slave in nodes.Slaves)
        {
            CheckAnySlave(ini, slave, problems);
        }

        CheckSelf(ini, nodes, problems);
    }

    /// <summary>What chmpx asks of every slave's entry, also of those that it uses for nothing.</summary>
    public static void CheckAnySlave(IniDocument ini, IniSection slave, List<IniProblem> problems)
    {
        CheckHasPort(ini, slave, "CTLPORT", problems);
        switch (ini.IdType)
        {
            case IniDocument.ByCuk when slave["CUK"] is null:
                problems.Add(Identity(slave, "CUK"));
                break;
            case IniDocument.ByControlEndpoints when slave["CTLENDPOINTS"] is null:
                problems.Add(Identity(slave, "CTLENDPOINTS"));
                break;
            default:
                break;
        }
    }

    private static void CheckServer(IniDocument ini, IniSection server, List<IniProblem> problems)
    {
        var name = server.Find("NAME")!;
        if (NamePattern.Count(name.Value!) is null)
        {
            problems.Add(IniProblem.Ends(IniCode.NamePattern, name.Number, $"NAME must be a host name, an address or a pattern that chmpx can expand, not \"{name.Value}\""));
        }

        GlobalRules.CheckLength(name, LongestName, problems);
        GlobalRules.CheckLength(server.Find("CUK"), GlobalRules.LongestCuk, problems);
        GlobalRules.CheckLength(server.Find("CUSTOM_ID_SEED"), GlobalRules.LongestCuk, problems);
        CheckPort(ini, server, "PORT", problems);
        CheckPort(ini, server, "CTLPORT", problems);
        GlobalRules.CheckOneOf(server.Find("SSL"), GlobalRules.OnOrOff, problems);
        GlobalRules.CheckOneOf(server.Find("SSL_VERIFY_PEER"), GlobalRules.OnOrOff, problems);
        if (ini.IdType == IniDocument.ByControlEndpoints && server["ENDPOINTS"] is null)
        {
            problems.Add(Identity(server, "ENDPOINTS"));
        }

        CheckIdentity(ini, server, problems);
    }

    /// <summary>chmpx makes the identity of servers and of itself from it, so that it must not be empty either.</summary>
    private static void CheckIdentity(IniDocument ini, IniSection node, List<IniProblem> problems)
    {
        switch (ini.IdType)
        {
            case IniDocument.ByCuk when string.IsNullOrEmpty(node["CUK"]):
                problems.Add(Identity(node, "CUK"));
                break;
            case IniDocument.BySeed when string.IsNullOrEmpty(node["CUSTOM_ID_SEED"]):
                problems.Add(Identity(node, "CUSTOM_ID_SEED"));
                break;
            case IniDocument.ByControlEndpoints when string.IsNullOrEmpty(node["CTLENDPOINTS"]):
                problems.Add(Identity(node, "CTLENDPOINTS"));
                break;
            case IniDocument.ByControlEndpoints when !NodeEndpoints.HasAny(node["CTLENDPOINTS"]!):
                problems.Add(Identity(node, "CTLENDPOINTS") with { Effect = IniEffect.Harms, Line = node.Find("CTLENDPOINTS")!.Number });
                break;
            default:
                break;
        }
    }

    private static void CheckSelf(IniDocument ini, ChmpxNodes nodes, List<IniProblem> problems)
    {
        if (nodes.Self is not { } self)
        {
            // chmpx searches the servers first, where such an entry is named by another rule.
            var effect = nodes.Servers.Any(ini.FitsSelf) ? IniEffect.Harms : IniEffect.Ends;
            problems.Add(ini.FindSelf() is { } nameless && nameless["NAME"] is null
                ? new IniProblem(IniCode.NameMissing, effect, nameless.Line, "this host's [SLVNODE] must have NAME")
                : nodes.Slaves.FirstOrDefault(ini.HasSelfCuk) is { } elsewhere
                ? new IniProblem(
                    IniCode.OtherControlPort,
                    effect,
                    ini.FindGlobal("SELFCTLPORT")?.Number ?? 0,
                    $"SELFCTLPORT must be the control port {elsewhere["CTLPORT"] ?? ini.Global("CTLPORT")} of this host's [SLVNODE] in line {elsewhere.Line}, not \"{ini.Global("SELFCTLPORT")}\"")
                : new IniProblem(
                    IniCode.NotListed,
                    effect,
                    ini.FindGlobal("SELFCUK")?.Number ?? 0,
                    "no [SLVNODE] has the CUK and control port of SELFCUK and SELFCTLPORT: this host is not listed"));
            return;
        }

        GlobalRules.CheckLength(self.Find("NAME"), LongestName, problems);
        GlobalRules.CheckLength(self.Find("CUK"), GlobalRules.LongestCuk, problems);
        GlobalRules.CheckLength(self.Find("CUSTOM_ID_SEED"), GlobalRules.LongestCuk, problems);
        if ((self.Find("CTLPORT") ?? ini.FindGlobal("CTLPORT")) is { } line && IniDocument.PortOf(line.Value) is null)
        {
            var isNone = unchecked((short)Atoi.Of(line.Value!)) == 0;
            problems.Add(new IniProblem(IniCode.PortOutOfRange, isNone ? IniEffect.Harms : IniEffect.Ends, line.Number, $"CTLPORT must be a port from 1 to 32767, not \"{line.Value}\""));
        }

        CheckIdentity(ini, self, problems);
    }

    private static void CheckPort(IniDocument ini, IniSection node, string key, List<IniProblem> problems)
    {
        if (CheckHasPort(ini, node, key, problems) is { } line && IniDocument.PortOf(line.Value) is null)
        {
            problems.Add(IniProblem.Harms(IniCode.PortOutOfRange, line.Number, $"{key} must be a port from 1 to 32767, not \"{line.Value}\""));
        }
    }

    /// <returns>The line that gives it; null when none does.</returns>
    private static IniLine? CheckHasPort(IniDocument ini, IniSection node, string key, List<IniProblem> problems)
    {
        // In [GLOBAL] -1 is what chmpx has where none is given.
        if (node.Find(key) is { } own)
        {
            return own;
        }

        if (ini.FindGlobal(key) is { } shared && unchecked((short)Atoi.Of(shared.Value!)) != -1)
        {
            return shared;
        }

        problems.Add(IniProblem.Ends(IniCode.PortMissing, node.Line, $"the [{node.Name}] must have {key}, or [GLOBAL] for all"));
        return null;
    }

    private static IniProblem Identity(IniSection node, string key) =>
        IniProblem.Ends(IniCode.IdentityMissing, node.Line, $"the [{node.Name}] must have {key}, which CHMPXIDTYPE makes its identity");
}
