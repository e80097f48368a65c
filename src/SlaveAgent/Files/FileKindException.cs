namespace SlaveAgent.Files;

/// <summary>A path that must be a regular file is of another kind.</summary>
public sealed class FileKindException(string path, FileKind kind) : IOException($"{path} is a {Describe(kind)}, not a regular file")
{
    public string Path => path;

    public FileKind Kind => kind;

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.SymbolicLink => "symbolic link",
        FileKind.Directory => "directory",
        FileKind.Fifo => "FIFO",
        FileKind.Socket => "socket",
        _ => "device",
    };
}
