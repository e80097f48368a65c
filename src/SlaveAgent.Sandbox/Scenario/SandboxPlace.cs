using System.Text;
using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>The sandbox's own directory, in the system's temporary directory.</summary>
internal static class SandboxPlace
{
    // sun_path of unix(7), without the zero that ends it.
    private const int LongestSocketPath = 107;

    /// <summary>Creates an empty one.</summary>
    /// <exception cref="ScenarioFailure">None can be made or used there; the message says why and what to do.</exception>
    public static string Create()
    {
        var above = Path.TrimEndingDirectorySeparator(Path.GetTempPath());
        if (above.AsSpan().IndexOfAny(" '\"\\\n\t") >= 0)
        {
            throw new ScenarioFailure($"The path of the temporary directory, {above}, has a space, a quote or a backslash in it, which the sandbox's tools cannot deal with. Set TMPDIR to another one.");
        }
        var path = New(above);
        var socket = Encoding.UTF8.GetByteCount(new HostLayout(path).Socket);
        if (socket > LongestSocketPath)
        {
            Directory.Delete(path);
            throw new ScenarioFailure(
                $"The path of the temporary directory, {above}, is too long: a unix socket's path in it would have {socket} bytes, and {LongestSocketPath} are possible. Set TMPDIR to a shorter one.");
        }
        return path;
    }

    private static string New(string above)
    {
        try
        {
            return Directory.CreateTempSubdirectory("k2hdkc-sandbox-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioFailure($"No directory can be made in {above}: {e.Message} Set TMPDIR to a directory that you can write to.");
        }
    }
}
