using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace SlaveAgent.Tests.Agent;

/// <summary>packaging/CONTAINER.md, as a reader takes it over: its settings, its commands and its manifest.</summary>
internal sealed partial class ContainerPage
{
    private readonly YamlMappingNode _configMap;
    private readonly YamlMappingNode _pod;

    private ContainerPage(string settings, string commands, string manifest)
    {
        (Settings, Commands) = (settings, commands);
        var stream = new YamlStream();
        stream.Load(new StringReader(manifest));
        (_configMap, _pod) = ((YamlMappingNode)stream.Documents[0].RootNode, (YamlMappingNode)stream.Documents[1].RootNode);
    }

    /// <summary>For <c>agent.yaml</c>.</summary>
    public string Settings { get; }

    /// <summary>Of a shell.</summary>
    public string Commands { get; }

    public string SettingsOfPod => Text(_configMap, "data", "agent.yaml");

    /// <summary>What makes the volumes fit for the agent.</summary>
    public IReadOnlyList<string> VolumesCommand => Words(((YamlSequenceNode)Find(_pod, "spec", "initContainers")).Single(), "command");

    public IReadOnlyList<string> Readiness => Words(Container("agent"), "readinessProbe", "exec", "command");

    public IReadOnlyList<string> Liveness => Words(Container("agent"), "livenessProbe", "exec", "command");

    public IReadOnlyList<string> AgentCommand => Words(Container("agent"), "command");

    public IReadOnlyList<string> ChmpxCommand => Words(Container("chmpx"), "command");

    public IReadOnlyList<string> LeavingCommand => Words(Container("chmpx"), "lifecycle", "preStop", "exec", "command");

    public IEnumerable<string> VariablesOfAgent => ((YamlSequenceNode)Find(Container("agent"), "env")).Select(variable => Text(variable, "name"));

    public static ContainerPage Read() => Block().Matches(Repository.Read("packaging/CONTAINER.md")).Select(match => match.Groups[1].Value).ToList() is [var settings, var commands, var manifest]
        ? new ContainerPage(settings, commands, manifest)
        : throw new InvalidDataException("packaging/CONTAINER.md does not have its three blocks");

    private YamlNode Container(string name) => ((YamlSequenceNode)Find(_pod, "spec", "containers")).Single(container => Text(container, "name") == name);

    private static YamlNode Find(YamlNode node, params string[] path) => path.Aggregate(node, (inner, name) => ((YamlMappingNode)inner).Children[new YamlScalarNode(name)]);

    private static string Text(YamlNode node, params string[] path) => ((YamlScalarNode)Find(node, path)).Value!;

    /// <summary>As the kubelet passes them on; of the manifest's variables it would put the values in, which only it knows.</summary>
    private IReadOnlyList<string> Words(YamlNode node, params string[] path) =>
        [.. ((YamlSequenceNode)Find(node, path)).Select(word => Expansion().Replace(((YamlScalarNode)word).Value!, Expanded))];

    private string Expanded(Match match) => match.Value == "$$" ? "$"
        : VariablesOfAgent.Contains(match.Groups[1].Value) ? throw new InvalidDataException($"{match.Value} is a variable's value in Kubernetes and a command's output in the test")
        : match.Value;

    [GeneratedRegex(@"\$\$|\$\(([^)]*)\)")]
    private static partial Regex Expansion();

    [GeneratedRegex(@"^```(?:yaml|sh)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
