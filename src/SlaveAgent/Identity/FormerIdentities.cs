using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>
/// Registrations of this machine that were replaced by another one: until they are removed from K2HR3, the servers of a cluster that this host has
/// left still list it.
/// </summary>
internal sealed class FormerIdentities(HostRoot root)
{
    /// <summary>If a host is moved more often, the oldest are left to K2HR3's own check for dead hosts.</summary>
    private const int MaxCount = 8;

    public IReadOnlyList<AcceptedIdentity> All
    {
        get
        {
            try
            {
                return RegularFile.TryRead(root.Agent.FormerIdentities) is { } text
                    ? JsonSerializer.Deserialize(text, IdentityJson.Default.AcceptedIdentityArray) ?? []
                    : [];
            }
            catch (JsonException)
            {
                return [];
            }
        }
    }

    /// <summary>Adds one unless it is already listed; without its token, which leaving a role does not need.</summary>
    public void Add(AcceptedIdentity former)
    {
        var entry = Bare(former);
        var all = All;
        if (!all.Contains(entry))
        {
            Save([.. all.TakeLast(MaxCount - 1), entry]);
        }
    }

    public void Remove(AcceptedIdentity former)
    {
        var entry = Bare(former);
        AcceptedIdentity[] rest = [.. All.Where(one => one != entry)];
        if (rest.Length == 0)
        {
            RegularFile.Delete(root.Agent.FormerIdentities);
        }
        else
        {
            Save(rest);
        }
    }

    /// <summary>
    /// Whether two are the same registration for K2HR3; wherever that is: under another address it is mostly the same one, and the host would take itself out of the role
    /// that it is in.
    /// </summary>
    public static bool IsSameRegistration(AcceptedIdentity a, AcceptedIdentity b) => string.Equals(a.Role, b.Role, StringComparison.OrdinalIgnoreCase) && a.Cuk == b.Cuk;

    private static AcceptedIdentity Bare(AcceptedIdentity identity) => identity with { Token = null, TokenDigest = null, Considered = null, Replaces = null };

    private void Save(AcceptedIdentity[] all) =>
        IdentityFile.Write(root.Agent.FormerIdentities, JsonSerializer.Serialize(all, IdentityJson.Default.AcceptedIdentityArray));
}
