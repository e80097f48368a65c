using System.Text;
using SlaveAgent.Hosting;

namespace SlaveAgent.Fuzz.Targets;

/// <summary>override.conf and a file that it refers to, parted by the first NUL.</summary>
internal static class OverrideTarget
{
    public static IReadOnlyList<string> Message { get; } =
    [
        $"{OverrideConf.ResourceHelper}:OUTPUT_DIR", $"{OverrideConf.ResourceHelper}:RESOURCE_PATH", $"{OverrideConf.ChmpxHelper}:SUBPROCESS_USER", " = ", "other.conf:OUTPUT_DIR", "OUTPUT_DIR",
        "RESOURCE_PATH=yrn:yahoo:::t:resource:c/slave\n", "\0", "\n",
    ];

    public static void Try(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var parting = text.IndexOf('\0', StringComparison.Ordinal);
        var (overrides, other) = parting < 0 ? (text, null) : (text[..parting], text[(parting + 1)..]);
        foreach (var (helper, key) in new[] { (OverrideConf.ResourceHelper, "OUTPUT_DIR"), (OverrideConf.ResourceHelper, "RESOURCE_PATH"), (OverrideConf.ChmpxHelper, "SUBPROCESS_USER") })
        {
            var reads = 0;
            var value = OverrideConf.Find(helper, overrides, key, path =>
            {
                Promise.That(!path.Contains('\n', StringComparison.Ordinal) && path.Length > 0, $"a file is asked for by the name \"{path}\"");
                reads++;
                return other;
            });
            Promise.That(reads <= 2, $"{reads} files were read for one key");
            Promise.That(value is null || (value.Length > 0 && value.Trim() == value && !value.Contains('\n', StringComparison.Ordinal)), $"the value is \"{value}\"");
            Promise.That(value is null || text.Contains(value, StringComparison.Ordinal), $"\"{value}\" stands nowhere");
        }
    }
}
