namespace SlaveAgent.Diagnosing;

/// <summary>The names of the checks; stable, for programs, and described in k2hdkc-slave-agent(8).</summary>
internal static class CheckNames
{
    public const string Settings = "settings";
    public const string Identity = "identity";
    public const string Token = "token";
    public const string Proxy = "k2hr3-proxy";
    public const string K2hr3Name = "k2hr3-name";
    public const string K2hr3Address = "k2hr3-address";
    public const string K2hr3Tls = "k2hr3-tls";
    public const string Certificate = "k2hr3-certificate";
    public const string K2hr3Answer = "k2hr3-answer";
    public const string Clock = "clock";
    public const string Role = "role";
    public const string Resource = "resource";
    public const string Registered = "registered";

    public const string Agent = "agent";
    public const string Packages = "packages";
    public const string ChmpxUser = "chmpx-user";
    public const string Unit = "unit";
    public const string MessageLimit = "message-limit";
    public const string Disk = "disk";
    public const string Ini = "ini";
    public const string IniMode = "ini-mode";
    public const string IniContent = "ini-content";
    public const string OwnName = "own-name";
    public const string ShellTooling = "shell-tooling";

    public const string Chmpx = "chmpx";
    public const string Generation = "generation";
    public const string ServerName = "server-name";
    public const string ServerDataPort = "server-data-port";
    public const string ServerControlPort = "server-control-port";
    public const string ServerConnection = "server-connection";
    public const string ServerState = "server-state";
    public const string RingRoom = "ring-room";

    public const string User = "user";
    public const string UserGroup = "user-group";
    public const string UserDirectory = "user-directory";
    public const string UserIni = "user-ini";
    public const string Key = "key";
}
