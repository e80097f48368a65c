namespace SlaveAgent.Chmpx;

/// <summary>
/// How near a ring is to its limit. Servers keep the slaves that connect in a table of MAXCHMPX places, 256 in every template that DBaaS ships, and nobody else
/// says how full it is. Pure.
/// </summary>
public static class RingRoom
{
    /// <summary>From this share on a person should know.</summary>
    private const double Near = 0.8;

    /// <param name="slaves">That the resource lists, this one included.</param>
    public static IEnumerable<IniProblem> Warnings(IniDocument ini, int slaves)
    {
        var nodes = ini.Servers.Sum(server => (long)(NamePattern.Count(server["NAME"] ?? string.Empty) ?? 1)) + slaves;
        var line = ini.FindGlobal("MAXCHMPX");
        var room = line is null ? GlobalRules.DefaultPlaces : Atoi.Of(line.Value!);
        if (room > 0 && nodes >= room * Near)
        {
            yield return IniProblem.Note(IniCode.RingNearlyFull, line?.Number ?? 0, $"the ring has {nodes} nodes of the {room} that MAXCHMPX has room for; beyond that slaves cannot connect");
        }
    }
}
