namespace SlaveAgent.Files;

/// <summary>Another user could place a link or a lock in a directory of the agent.</summary>
public sealed class UnsafeDirectoryException(string directory)
    : IOException($"{directory} must be a directory owned by root or by the user who runs the agent and writable by its owner only")
{
    public string Directory => directory;
}
