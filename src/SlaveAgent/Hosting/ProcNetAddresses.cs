using System.Globalization;
using System.Net;

namespace SlaveAgent.Hosting;

/// <summary>
/// This network namespace's addresses from the kernel's routing tables in /proc: two files, where .NET queries the kernel for each interface. Pure.
/// </summary>
internal static class ProcNetAddresses
{
    public const string Version4 = "/proc/thread-self/net/fib_trie";
    public const string Version6 = "/proc/thread-self/net/if_inet6";

    /// <param name="trie">The text of fib_trie: each address of this host is a leaf whose next line is <c>/32 host LOCAL</c>.</param>
    public static IEnumerable<IPAddress> ReadVersion4(string trie)
    {
        IPAddress? leaf = null;
        foreach (var line in trie.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("|-- ", StringComparison.Ordinal))
            {
                leaf = IPAddress.TryParse(line.AsSpan(4), out var address) ? address : null;
            }
            else if (leaf is not null && line.StartsWith("/32 host LOCAL", StringComparison.Ordinal))
            {
                yield return leaf;
            }
        }
    }

    /// <param name="list">The text of if_inet6: the address in 32 hexadecimal digits is the first field of each line.</param>
    public static IEnumerable<IPAddress> ReadVersion6(string list) => list
        .Split('\n')
        .Select(line => line.Split(' ')[0])
        .Where(field => field.Length == 32 && field.All(char.IsAsciiHexDigit))
        .Select(field => new IPAddress([.. Enumerable.Range(0, 16).Select(i => byte.Parse(field.AsSpan(i * 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))]));
}
