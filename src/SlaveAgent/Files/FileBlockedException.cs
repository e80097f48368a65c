namespace SlaveAgent.Files;

/// <summary>A file cannot be replaced, and only a person can change that.</summary>
public sealed class FileBlockedException(FileBlock block, string message, Exception? inner = null) : IOException(message, inner)
{
    public FileBlock Block { get; } = block;
}
