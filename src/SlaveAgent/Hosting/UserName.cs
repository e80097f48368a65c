using System.Text.RegularExpressions;

namespace SlaveAgent.Hosting;

/// <summary>What a user of the host may be called, as systemd's <c>User=</c> takes it; anything else is passed over by name and never reaches a tool.</summary>
public static partial class UserName
{
    public static bool IsValid(string name) => Shape().IsMatch(name);

    // Dots and @ are for accounts of a directory service such as user@example.org. A name of digits alone would be taken for a user's number.
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.@-]{0,63}\z")]
    private static partial Regex Shape();
}
