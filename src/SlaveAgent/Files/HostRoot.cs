namespace SlaveAgent.Files;

/// <summary>
/// The directory under which every path the agent touches lies: <c>/</c> on a real host, any directory for trying and testing.
/// </summary>
public sealed record HostRoot(string Directory)
{
    /// <summary>Where a path of the host, absolute as in <c>/etc/os-release</c>, really is.</summary>
    public string At(string hostPath) =>
        Directory is "/" ? hostPath : string.Concat(Directory.TrimEnd('/'), "/", hostPath.TrimStart('/'));

    /// <summary>The text of a file of the host, or null when there is none, it is no regular file, or it cannot be read.</summary>
    public string? TryRead(string hostPath)
    {
        try
        {
            return RegularFile.ReadText(At(hostPath));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Removes a file of the host, if it is there.</summary>
    public void Delete(string hostPath)
    {
        if (File.Exists(At(hostPath)))
        {
            File.Delete(At(hostPath));
        }
    }
}
