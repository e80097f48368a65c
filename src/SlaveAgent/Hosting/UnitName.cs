using System.Text.RegularExpressions;

namespace SlaveAgent.Hosting;

/// <summary>Valid names of systemd units (systemd.unit(5)); a name without a suffix means a service, as for systemctl.</summary>
public static partial class UnitName
{
    public static bool IsValid(string name) => Shape().IsMatch(name) && WithSuffix(name).Length <= 255;

    /// <summary>A template, such as <c>getty@.service</c>, can be neither started nor shown: systemctl takes it for no unit at all.</summary>
    public static bool IsTemplate(string name) => WithSuffix(name).Contains("@.", StringComparison.Ordinal);

    public static string WithSuffix(string name) => Suffix().IsMatch(name) ? name : name + ".service";

    // As systemd-escape(1) writes it, a character that no name may have is \xHH.
    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9:_.@-]|\\x[0-9a-f]{2})*\z")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)\z")]
    private static partial Regex Suffix();
}
