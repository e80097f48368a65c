namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// The template that produces a cluster's INI in the layout of a DBaaS host (dbaas-slave-2-servers.ini, byte for byte):
/// the line breaks after the statements cause its blank and indented lines. Without a slave it lists a dummy, since chmpx
/// does not start without any.
/// </summary>
internal static class DbaasTemplate
{
    private const string Text =
        """
        {{#!k2hr3template }}
        [GLOBAL]
        FILEVERSION         = 1
        DATE                = Thu, 28 May 2020 04:56:20  0000
        GROUP               = {{= %cluster-name% }}
        MODE                = {{= %chmpx-mode% }}
        CHMPXIDTYPE         = CUSTOM
        DELIVERMODE         = hash
        MAXCHMPX            = 256
        REPLICA             = 1
        MAXMQSERVER         = 8
        MAXMQCLIENT         = 128
        MQPERATTACH         = 8
        MAXQPERSERVERMQ     = 8
        MAXQPERCLIENTMQ     = 8
        MAXMQPERCLIENT      = 16
        MAXHISTLOG          = 0
        {{ if 'SERVER' == %chmpx-mode% }}
        PORT                = {{= %chmpx-server-port% }}
        CTLPORT             = {{= %chmpx-server-ctlport% }}
        SELFCTLPORT         = {{= %chmpx-server-ctlport% }}
        {{ else }}
        CTLPORT             = {{= %chmpx-slave-ctlport% }}
        SELFCTLPORT         = {{= %chmpx-slave-ctlport% }}
        {{ endif }}
        SELFCUK             = __SELF_INSTANCE_ID__
        RWTIMEOUT           = 10000
        RETRYCNT            = 500
        CONTIMEOUT          = 1000
        MQRWTIMEOUT         = 500
        MQRETRYCNT          = 10000
        MQACK               = no
        AUTOMERGE           = on
        DOMERGE             = on
        MERGETIMEOUT        = 0
        SOCKTHREADCNT       = 8
        MQTHREADCNT         = 8
        MAXSOCKPOOL         = 16
        SOCKPOOLTIMEOUT     = 0
        SSL                 = no
        K2HFULLMAP          = on
        K2HMASKBIT          = 4
        K2HCMASKBIT         = 8
        K2HMAXELE           = 16

        {{ foreach %key% in %@ROLE@/server/hosts/ip% }}
            {{ %node% = %@ROLE@/server/hosts/ip%{%key%} }}
        [SVRNODE]
        NAME                = {{= %node%{'tag'} }}
        CUK                 = {{= %node%{'cuk'} }}
        PORT                = {{= %chmpx-server-port% }}
        CTLPORT             = {{= %chmpx-server-ctlport% }}
        CUSTOM_ID_SEED      = {{= %node%{'tag'} }}
        SSL                 = no
            {{ if %node%{'inboundip'} }}
        ENDPOINTS           = {{= %node%{'inboundip'} }}:{{= %chmpx-server-port% }}
        CTLENDPOINTS        = {{= %node%{'inboundip'} }}:{{= %chmpx-server-ctlport% }}
        REVERSE_PEERS       = {{= %node%{'inboundip'} }}
            {{ endif }}
            {{ if %node%{'outboundip'} }}
        FORWARD_PEERS       = {{= %node%{'outboundip'} }}
            {{ endif }}
        {{ done }}

        {{ if 0 < %@ROLE@/slave/hosts/ip%.length }}
            {{ foreach %key% in %@ROLE@/slave/hosts/ip% }}
                {{ %node% = %@ROLE@/slave/hosts/ip%{%key%} }}
        [SLVNODE]
        NAME                = {{= %node%{'tag'} }}
        CUK                 = {{= %node%{'cuk'} }}
        CTLPORT             = {{= %chmpx-slave-ctlport% }}
        CUSTOM_ID_SEED      = {{= %node%{'tag'} }}
        SSL                 = no
                {{ if %node%{'inboundip'} }}
        CTLENDPOINTS        = {{= %node%{'inboundip'} }}:{{= %chmpx-slave-ctlport% }}
        REVERSE_PEERS       = {{= %node%{'inboundip'} }}
                {{ endif }}
                {{ if %node%{'outboundip'} }}
        FORWARD_PEERS       = {{= %node%{'outboundip'} }}
                {{ endif }}
            {{ done }}
        {{ else }}
        [SLVNODE]
        NAME                = 127.0.0.1
        CUK                 = dummy_cuk
        CTLPORT             = {{= %chmpx-slave-ctlport% }}
        SSL                 = no
        {{ endif }}




        """;

    public static string For(DbaasCluster cluster) => Text.Replace("@ROLE@", cluster.Role.ToString(), StringComparison.Ordinal);
}
