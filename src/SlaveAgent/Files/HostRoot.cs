namespace SlaveAgent.Files;

/// <summary>
/// The directory that contains every path the agent uses: <c>/</c> on a real host, any directory in tests.
/// </summary>
/// <param name="Instance">The agent's name, by which its directories are called.</param>
public sealed record HostRoot(string Directory, string Instance = "k2hdkc-slave-agent")
{
    /// <summary>What belongs to the agent itself.</summary>
    public AgentPaths Agent => new(this);

    /// <summary>The actual path of a host path such as <c>/etc/os-release</c>.</summary>
    public string At(string hostPath) =>
        Directory is "/" ? hostPath : string.Concat(Directory.TrimEnd('/'), "/", hostPath.TrimStart('/'));

    /// <summary>The text of a file of the host, or null when it does not exist, is not a regular file, or cannot be read.</summary>
    public string? TryRead(string hostPath) => RegularFile.TryRead(At(hostPath));

    /// <summary>Removes a file of the host if it exists.</summary>
    public void Delete(string hostPath) => RegularFile.Delete(At(hostPath));
}
