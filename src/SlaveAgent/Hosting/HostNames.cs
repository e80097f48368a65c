namespace SlaveAgent.Hosting;

/// <summary>The text rules for a host's full name (k2hdkc-dbaas.md, "Tag"). Pure.</summary>
public static class HostNames
{
    /// <summary>The last word of <c>search</c> in resolv.conf, else of <c>domain</c>; null without either.</summary>
    public static string? DomainOf(string resolvConf) => LastWord(resolvConf, "search") ?? LastWord(resolvConf, "domain");

    public static string Join(string host, string domain) => Clean($"{host}.{domain}");

    /// <summary>Without doubled or trailing dots.</summary>
    public static string Clean(string name) => string.Join('.', name.Split('.', StringSplitOptions.RemoveEmptyEntries));

    private static string? LastWord(string resolvConf, string keyword) => resolvConf
        .Split('\n')
        .Where(line => line.Length > 0 && line[0] is not (' ' or '\t'))
        .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Where(words => words.Length > 1 && words[0].Equals(keyword, StringComparison.OrdinalIgnoreCase) && words[^1] != ".")
        .Select(words => words[^1])
        .LastOrDefault();
}
