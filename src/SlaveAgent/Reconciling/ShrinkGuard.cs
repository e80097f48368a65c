using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>
/// An empty or half empty answer of a store in trouble must not take a slave from its servers: a list that loses more than half of the servers
/// which the ring shows as up is believed only when a second answer says the same. Pure.
/// </summary>
public static class ShrinkGuard
{
    /// <param name="ring">What chmpx shows; null when it does not answer, and then nothing speaks against the list.</param>
    public static bool LosesTooMany(IniDocument list, RingView? ring)
    {
        if (ring is null)
        {
            return false;
        }

        var listed = list.Servers.Select(list.KeyOf).ToHashSet();
        var up = ring.Servers.Where(server => server.IsUp).ToList();
        return up.Count(server => !listed.Contains(server.Key)) * 2 > up.Count;
    }

    /// <summary>Whether two lists name the same servers.</summary>
    public static bool SameServers(IniDocument a, IniDocument b) =>
        a.Servers.Select(a.KeyOf).ToHashSet().SetEquals(b.Servers.Select(b.KeyOf));
}
