using System.Security.Cryptography;
using System.Text;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Configuration;

/// <summary>
/// An empty or half empty answer of a store in trouble must not take a slave from its servers: a list that loses more than half of the servers that the ring
/// shows as up, or more than half of those in the file, is taken only when K2HR3 goes on giving it. Pure.
/// </summary>
public static class ShrinkGuard
{
    /// <param name="inPlace">The file in place, which speaks also while the ring was not seen yet, or shows all as down; null when there is none.</param>
    /// <param name="ring">What chmpx shows; null when it does not answer.</param>
    public static bool LosesTooMany(IniDocument list, IniDocument? inPlace, RingView? ring)
    {
        var listed = list.ServerNodes.Keys;
        return LosesMost(listed, ring?.Servers.Where(server => server.IsUp).Select(server => server.Key))
            || LosesMost(listed, inPlace?.ServerNodes.Keys);
    }

    /// <summary>A short text that is the same for lists of the same servers, in whatever order.</summary>
    public static string ClaimOf(IniDocument list) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', list.ServerNodes.Keys.Select(key => key.ToString()).Order(StringComparer.Ordinal)))));

    private static bool LosesMost(IReadOnlySet<NodeKey> listed, IEnumerable<NodeKey>? known)
    {
        var all = known?.ToList() ?? [];
        return all.Count(key => !listed.Contains(key)) * 2 > all.Count;
    }
}
