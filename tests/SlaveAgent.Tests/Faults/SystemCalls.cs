using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Tests.Faults;

/// <summary>strace: records the agent's system calls that change files, and has one of them fail or be the last.</summary>
internal static partial class SystemCalls
{
    /// <summary>Those by which the agent changes what is on the disk.</summary>
    public static readonly string[] Changing = ["openat", "write", "pwrite64", "fsync", "rename", "renameat2", "unlink", "fchmod", "mkdir", "flock", "ftruncate", "fchown"];

    /// <summary>Skips the test, saying why, where no process may be traced.</summary>
    public static void Require() => Assert.SkipUnless(IsThere.Value, "strace is not on the PATH, or may not trace (apt-get install strace)");

    private static readonly Lazy<bool> IsThere = new(() =>
    {
        try
        {
            using var strace = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("strace", ["-qq", "-o", "/dev/null", "-e", "trace=none", "true"]) { RedirectStandardError = true });
            strace!.WaitForExit();
            return strace.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    /// <param name="log">Where the calls are written to.</param>
    /// <param name="inject">What happens at which call, as strace's <c>inject=</c> says it; null: nothing.</param>
    public static string[] Trace(string log, string? inject = null) =>
    [
        "strace", "-f", "-qq", "-xx", "-s", "1000000", "-o", log, "-e", $"trace={string.Join(',', Changing)}",
        .. inject is null ? (string[])[] : ["-e", $"inject={inject}"],
    ];

    /// <summary>The calls of a log, in the order in which they ended.</summary>
    /// <param name="under">Only those about paths below this one, which is taken away from them.</param>
    public static IReadOnlyList<SystemCall> Read(string log, string under)
    {
        var counts = new Dictionary<(string Thread, string Name), int>();
        var descriptors = new Dictionary<int, string>();
        var begun = new Dictionary<string, string>();
        var calls = new List<SystemCall>();
        foreach (var raw in File.ReadLines(log))
        {
            var parting = raw.IndexOf(' ', StringComparison.Ordinal);
            var thread = raw[..parting];
            var line = raw[parting..].Trim();
            if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[thread] = line[..^"<unfinished ...>".Length];
                continue;
            }

            if (Resumed().Match(line) is { Success: true } resumed && begun.Remove(thread, out var beginning))
            {
                line = beginning + line[resumed.Length..];
            }

            if (Call().Match(line) is not { Success: true } call)
            {
                continue;
            }

            var name = call.Groups["name"].Value;
            var number = counts[(thread, name)] = counts.GetValueOrDefault((thread, name)) + 1;
            var result = int.TryParse(call.Groups["result"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var r) ? r : -1;
            var arguments = call.Groups["arguments"].Value;
            var texts = Text().Matches(arguments).Select(match => Decode(match.Groups["hex"].Value)).ToList();
            var descriptor = int.TryParse(arguments.Split(',')[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var d) ? d : -1;
            if (name == "openat" && result >= 0)
            {
                descriptors[result] = Encoding.UTF8.GetString(texts[0]);
            }

            var path = name is "openat" or "unlink" or "rename" or "renameat2" or "mkdir" ? Encoding.UTF8.GetString(texts[0]) : descriptors.GetValueOrDefault(descriptor);
            if (path is not null && path.StartsWith(under, StringComparison.Ordinal))
            {
                var target = name is "rename" or "renameat2" ? Encoding.UTF8.GetString(texts[1])[under.Length..] : null;
                var content = name is "write" or "pwrite64" && texts.Count > 0 ? texts[0] : [];
                calls.Add(new SystemCall(name, number, path[under.Length..], target, content, result >= 0, arguments.Contains("O_CREAT", StringComparison.Ordinal), arguments.Contains("O_TRUNC", StringComparison.Ordinal)));
            }
        }

        return calls;
    }

    private static byte[] Decode(string hex) => Convert.FromHexString(hex.Replace("\\x", string.Empty, StringComparison.Ordinal));

    [GeneratedRegex(@"^(?<name>\w+)\((?<arguments>.*)\)\s+=\s+(?<result>-?\d+|\?)")]
    private static partial Regex Call();

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex("\"(?<hex>(\\\\x[0-9a-f]{2})*)\"")]
    private static partial Regex Text();
}
