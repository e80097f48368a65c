namespace SlaveAgent.Chmpx;

/// <summary>
/// How full a ring is. Servers keep the slaves that connect in a table of MAXCHMPX places, 256 in every template that DBaaS ships, and nobody else says how full it is. Pure.
/// </summary>
/// <param name="Slaves">That the resource lists, this one included; an entry that is a pattern counts as one.</param>
/// <param name="Places">MAXCHMPX.</param>
public sealed record RingRoom(int Servers, int Slaves, int Places)
{
    /// <summary>From this share on a person should know.</summary>
    private const double Near = 0.8;

    /// <summary>What chmpx takes where MAXCHMPX is not given (lib/chmstructure.h).</summary>
    private const int DefaultPlaces = 1024;

    public int Nodes => Servers + Slaves;

    public bool IsNearlyFull => Places > 0 && Nodes >= Places * Near;

    public static RingRoom Of(IniDocument ini) => Of(ini, ChmpxNodes.Of(ini), ini.Slaves.Count());

    internal static RingRoom Of(IniDocument ini, ChmpxNodes nodes, int slaves) => new(
        (int)Math.Min(NamePattern.Most, nodes.Servers.Sum(server => (long)(NamePattern.Count(server["NAME"]!) ?? 1))),
        slaves,
        ini.Global("MAXCHMPX") is { } places ? Atoi.Of(places) : DefaultPlaces);

    /// <returns>What a person should know; null while there is room.</returns>
    public IniProblem? Warning(IniDocument ini) => IsNearlyFull
        ? IniProblem.Note(
            IniCode.RingNearlyFull, ini.FindGlobal("MAXCHMPX")?.Number ?? 0, $"the ring has {Nodes} nodes of the {Places} that MAXCHMPX has room for; beyond that slaves cannot connect")
        : null;
}
