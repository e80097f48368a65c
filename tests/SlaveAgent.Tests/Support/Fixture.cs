namespace SlaveAgent.Tests.Support;

/// <summary>What was recorded from the real services.</summary>
internal static class Fixture
{
    public static string PathOf(string name) => Path.Join(AppContext.BaseDirectory, "Fixtures", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public static string Text(string name) => File.ReadAllText(PathOf(name));

    /// <summary>The DBaaS's own configuration for a slave, with this host put in for the mark.</summary>
    public static string SlaveIni(string cuk = "cuk-slv1") =>
        Text("k2hr3/dbaas-slave-2-servers.ini").Replace("__SELF_INSTANCE_ID__", cuk, StringComparison.Ordinal);
}
