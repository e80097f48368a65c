namespace SlaveAgent.Hosting;

/// <summary>
/// <c>/etc/antpickax/override.conf</c>: settings of the AntPickax helpers, one per line, <c>&lt;conf file&gt;:&lt;KEY&gt; = &lt;value&gt;</c> or
/// <c>= &lt;other file&gt;:&lt;other key&gt;</c> (Hosting/README.md, "override.conf"). The agent honours those of k2hr3-get-resource-helper, which it replaces,
/// and the user as whom chmpx-service-helper runs chmpx.
/// </summary>
public static class OverrideConf
{
    public const string ResourceHelper = "k2hr3-get-resource-helper.conf";
    public const string ChmpxHelper = "chmpx-service-helper.conf";

    /// <param name="helper">The helper's conf file name.</param>
    /// <param name="overrides">The text of override.conf; null when there is none.</param>
    /// <param name="readOther">Reads another file in the same directory, or an absolute path; null when it cannot.</param>
    /// <returns>The helper's setting, or null when neither file has it.</returns>
    public static string? Find(string helper, string? overrides, string key, Func<string, string?> readOther)
    {
        var value = overrides is null ? null : ValueOf(overrides, $"{helper}:{key}");
        if (value is not null && SplitReference(value) is var (file, otherKey) && readOther(file) is { } other)
        {
            return ValueOf(other, otherKey);
        }

        // A YRN contains colons but is not a reference; the shell helper treats it as one, finds no such file and ignores it.
        return value is { Length: > 0 } && SplitReference(value) is null
            ? value
            : readOther(helper) is { } own ? ValueOf(own, key) : null;
    }

    private static (string File, string Key)? SplitReference(string value)
    {
        var separator = value.IndexOf(':');
        return separator > 0 && separator < value.Length - 1 && !value.StartsWith("yrn:", StringComparison.OrdinalIgnoreCase)
            ? (value[..separator].Trim(), value[(separator + 1)..].Trim())
            : null;
    }

    private static string? ValueOf(string text, string key)
    {
        string? last = null;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith(key, StringComparison.Ordinal)
                && line.AsSpan(key.Length).TrimStart() is ['=', .. var value])
            {
                last = value.Trim().ToString();
            }
        }

        return last is { Length: > 0 } ? last : null;
    }
}
