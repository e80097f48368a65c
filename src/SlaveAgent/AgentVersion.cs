using System.Reflection;

namespace SlaveAgent;

public static class AgentVersion
{
    /// <summary>As in the packages, such as <c>0.2.0</c>.</summary>
    public static string Text { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
