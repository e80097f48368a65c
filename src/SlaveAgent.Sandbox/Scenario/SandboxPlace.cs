using System.Diagnostics;
using System.Text;
using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>The sandbox's own directory, in the system's temporary directory.</summary>
internal static class SandboxPlace
{
    private const string Prefix = "k2hdkc-sandbox-";

    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromSeconds(10);

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

    /// <summary>It is the directory of a sandbox of this user's, by its whole path, and may be deleted.</summary>
    public static bool IsOne(string path)
    {
        if (!Path.IsPathFullyQualified(path) || Path.GetFullPath(path) != path || !Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal)
            || new DirectoryInfo(path) is not { Exists: true, LinkTarget: null })
        {
            return false;
        }
        try
        {
            // chmod(2) is refused to everybody but the owner and root.
            File.SetUnixFileMode(path, File.GetUnixFileMode(path));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Deletes it, though a process that ends may still write into it.</summary>
    /// <exception cref="IOException">It could not be deleted for 10 s.</exception>
    public static async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        for (var watch = Stopwatch.StartNew(); Directory.Exists(path); await Task.Delay(50, cancellationToken))
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Something in it went at the same moment.
            }
            catch (IOException) when (watch.Elapsed < DeleteTimeout)
            {
                // Something in it came at the same moment.
            }
        }
    }

    private static string New(string above)
    {
        try
        {
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioFailure($"No directory can be made in {above}: {e.Message} Set TMPDIR to a directory that you can write to.");
        }
    }
}
