namespace SlaveAgent.Sandbox.HostTools;

/// <summary>
/// Texts in one line, separated by NUL, which no argument can have. A test starts hundreds of tools, and each would need longer to get ready for JSON than
/// for all else that it does.
/// </summary>
internal static class Fields
{
    private const char Separator = '\0';

    public static string Join(params IEnumerable<string> fields) => string.Join(Separator, fields);

    public static string[] Split(string line) => line.Split(Separator);
}
