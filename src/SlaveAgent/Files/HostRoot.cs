namespace SlaveAgent.Files;

/// <summary>
/// The directory that contains every path the agent uses: <c>/</c> on a real host, any directory in tests.
/// </summary>
public sealed record HostRoot(string Directory)
{
    /// <summary>The actual path of a host path such as <c>/etc/os-release</c>.</summary>
    public string At(string hostPath) =>
        Directory is "/" ? hostPath : string.Concat(Directory.TrimEnd('/'), "/", hostPath.TrimStart('/'));

    /// <summary>The text of a file of the host, or null when it does not exist, is not a regular file, or cannot be read.</summary>
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

    /// <summary>Removes a file of the host if it exists.</summary>
    public void Delete(string hostPath)
    {
        if (File.Exists(At(hostPath)))
        {
            File.Delete(At(hostPath));
        }
    }
}
