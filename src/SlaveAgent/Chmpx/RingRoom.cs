using System.Globalization;

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
        var nodes = ini.Servers.Count() + slaves;
        if (ini.FindGlobal("MAXCHMPX") is { } line && int.TryParse(line.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var room) && nodes >= room * Near)
        {
            yield return new IniProblem(line.Number, $"the ring has {nodes} nodes of the {room} that MAXCHMPX has room for; beyond that slaves cannot connect");
        }
    }
}
