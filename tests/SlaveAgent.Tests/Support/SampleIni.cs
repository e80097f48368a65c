namespace SlaveAgent.Tests.Support;

/// <summary>A small configuration that chmpx takes, and ways to change it.</summary>
internal static class SampleIni
{
    public const string Text = """
        [GLOBAL]
        FILEVERSION = 1
        GROUP = ring
        MODE = SLAVE
        CHMPXIDTYPE = CUSTOM
        DELIVERMODE = hash
        CTLPORT = 8031
        SELFCTLPORT = 8031
        SELFCUK = cuk-slv1
        SSL = no

        [SVRNODE]
        NAME = svr1
        CUK = cuk-svr1
        PORT = 8020
        CTLPORT = 8021
        CUSTOM_ID_SEED = svr1
        SSL = no

        [SVRNODE]
        NAME = svr2
        CUK = cuk-svr2
        PORT = 8020
        CTLPORT = 8021
        CUSTOM_ID_SEED = svr2
        SSL = no

        [SLVNODE]
        NAME = slv1
        CUK = cuk-slv1
        CTLPORT = 8031
        CUSTOM_ID_SEED = slv1
        """;

    /// <summary>A configuration with servers of these names.</summary>
    public static string With(IEnumerable<string> servers, int generation = 1, string group = "ring", int controlPort = 8031) =>
        $"""
        [GLOBAL]
        FILEVERSION = {generation}
        GROUP = {group}
        MODE = SLAVE
        CHMPXIDTYPE = CUSTOM
        DELIVERMODE = hash
        SELFCTLPORT = {controlPort}
        SELFCUK = cuk-slv1

        {string.Concat(servers.Select(name => $"""
        [SVRNODE]
        NAME = {name}
        CUK = cuk-{name}
        PORT = 8020
        CTLPORT = 8021
        CUSTOM_ID_SEED = {name}


        """))}[SLVNODE]
        NAME = slv1
        CUK = cuk-slv1
        CTLPORT = {controlPort}
        CUSTOM_ID_SEED = slv1
        """;
}
