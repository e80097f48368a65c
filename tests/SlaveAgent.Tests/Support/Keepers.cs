using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Tests.Support;

internal static class Keepers
{
    public static readonly Machine Machine = new("4c4c4544-0043-3510-8052-b4c04f4b3332", "3d1219c7c4c5404aaa1f6d2a48adfda4", "i-1");

    /// <summary>For an identity that was decided on just now, on a host without settings of its own.</summary>
    public static IdentityKeeper Of(HostRoot root, K2hr3Identity identity, RoleToken? token, TimeProvider time, bool tokenStaysOffDisk = false) => new(
        root, new HostIdentity(identity, token, tokenStaysOffDisk), IdentityValues.None.Digest(), Machine, new IdentityStore(root).Observe(), time);
}
