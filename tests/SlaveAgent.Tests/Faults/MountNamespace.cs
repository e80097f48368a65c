namespace SlaveAgent.Tests.Faults;

/// <summary>A shell with mounts of its own, so that a disk can really be full or read-only without root and without anybody noticing.</summary>
internal static class MountNamespace
{
    private static readonly string[] Unshare = Environment.UserName == "root" ? ["unshare", "-m"] : ["unshare", "-Urm"];

    /// <summary>Skips the test, saying why, where no such shell can be had.</summary>
    public static async Task RequireAsync(FaultHost host)
    {
        var (code, output) = await RunAsync(host, "mount -t tmpfs -o size=4k tmpfs \"$R/run\"");
        Assert.SkipUnless(code == 0, $"no mount namespace can be had here: {output.Trim()}");
    }

    /// <param name="script">Finds the host's root in <c>$R</c> and the agent in <c>$P</c>.</param>
    public static Task<(int ExitCode, string Output)> RunAsync(FaultHost host, string script) =>
        host.RunAsync([.. Unshare, "env", $"R={host.Root}", $"P={FaultHost.Program}", "sh", "-c", script], null);
}
