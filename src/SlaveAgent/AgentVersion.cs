using System.Reflection;

namespace SlaveAgent;

public static class AgentVersion
{
    /// <summary>As packaging/version says it and the packages have it, such as <c>1.2.3</c>; <c>1.2.3~dev</c> of a build that is not for a package.</summary>
    public static string Text { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
