using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SlaveAgent.Tests.Support;

/// <summary>What this process has the kernel put on the disk, as strace sees it.</summary>
internal static partial class Syncs
{
    /// <returns>The paths below <paramref name="directory"/> that were synced while <paramref name="action"/> ran, in order.</returns>
    public static async Task<IReadOnlyList<string>> DuringAsync(string directory, Action action)
    {
        using var log = new TempDirectory();
        using var strace = Attach(log.At("log"));
        var said = strace is null ? null : await strace.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(said?.Contains("attached", StringComparison.Ordinal) is true, $"strace is not on the PATH, or may not trace this process: {said}");
        try
        {
            action();
        }
        finally
        {
            using var told = Process.Start("kill", ["-INT", strace!.Id.ToString(CultureInfo.InvariantCulture)]);
            await Task.WhenAll(told.WaitForExitAsync(), strace.StandardError.ReadToEndAsync(), strace.WaitForExitAsync());
        }

        return [.. (await File.ReadAllLinesAsync(log.At("log"))).Select(line => Synced().Match(line).Groups[1].Value).Where(path => path.StartsWith(directory, StringComparison.Ordinal))];
    }

    private static Process? Attach(string log)
    {
        var start = new ProcessStartInfo("strace", ["-f", "-y", "-e", "trace=fsync,fdatasync", "-o", log, "-p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"f(?:data)?sync\(\d+<([^>]*)>")]
    private static partial Regex Synced();
}
