using SlaveAgent.Files;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether a mode lets a user do something, as the kernel decides it: the owner's digit, else the group's, else the others'. Pure.</summary>
internal static class UserAccess
{
    /// <param name="wanted">In the bits for others.</param>
    public static bool Has(FileStatus status, uint uid, IReadOnlySet<uint> groups, UnixFileMode wanted)
    {
        var shift = uid == status.User ? 6 : groups.Contains(status.Group) ? 3 : 0;
        return uid == 0 || ((int)status.Mode >> shift & (int)wanted) == (int)wanted;
    }
}
