using System.Text.RegularExpressions;

namespace SlaveAgent.Hosting;

/// <summary>Valid names of systemd units (systemd.unit(5)); a name without a suffix means a service, as for systemctl.</summary>
public static partial class UnitName
{
    public static bool IsValid(string name) => name.Length <= 255 && Shape().IsMatch(name);

    public static string WithSuffix(string name) => Suffix().IsMatch(name) ? name : name + ".service";

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9:_.@-]*\z")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)\z")]
    private static partial Regex Suffix();
}
