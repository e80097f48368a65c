using System.Text.RegularExpressions;

namespace SlaveAgent.Hosting;

/// <summary>Valid user names, as for systemd's <c>User=</c>; any other is refused with its name and never passed to a tool.</summary>
public static partial class UserName
{
    public static bool IsValid(string name) => Shape().IsMatch(name);

    // Dots and @ are for accounts of a directory service such as user@example.org. A name of digits only would be taken for a user ID.
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.@-]{0,63}\z")]
    private static partial Regex Shape();
}
