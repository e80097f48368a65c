using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace SlaveAgent.Settings;

/// <summary>
/// One YAML file of settings, flattened to dotted names (<c>watch.k2hr3_interval</c>), so that files laid over each other
/// and options need one rule: the later one wins. The node model is used rather than a deserializer because it keeps the line of each value
/// and needs neither reflection nor generated code under AOT.
/// </summary>
public static class SettingsDocument
{
    /// <summary>A setting lies three deep; the node model recurses, so that far more would overflow the stack and end the process.</summary>
    private const int DeepestNesting = 16;

    /// <exception cref="SettingsException">The text is no YAML mapping.</exception>
    public static IReadOnlyDictionary<string, SettingValue> Read(string file, string text)
    {
        var values = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        foreach (var document in Parse(file, text))
        {
            switch (document.RootNode)
            {
                case YamlMappingNode mapping:
                    Flatten(file, string.Empty, mapping, values);
                    break;
                case YamlScalarNode { Value: null or "" }:
                    break;
                default:
                    throw new SettingsException($"{file} must be a YAML mapping of setting names to values.");
            }
        }

        return values;
    }

    private static IList<YamlDocument> Parse(string file, string text)
    {
        try
        {
            // Without a line end at its end, YamlDotNet 18.1.0 looks for that of a directive for ever where the text is 1,024 signs long, as its buffer is.
            var lines = text.EndsWith('\n') ? text : text + '\n';
            CheckShape(file, lines);
            var stream = new YamlStream();
            stream.Load(new StringReader(lines));
            return stream.Documents;
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{file} line {e.Start.Line} is not valid YAML: {e.Message}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // What YamlDotNet's parser throws for texts that its authors did not think of, such as a second document without its head.
            throw new SettingsException($"{file} is not valid YAML: {e.Message}");
        }
    }

    private static void CheckShape(string file, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            // The parser takes one for the end, and a file that a crash left full of them for an empty one.
            throw new SettingsException($"{file} line {text.AsSpan(0, text.IndexOf('\0', StringComparison.Ordinal)).Count('\n') + 1} has a NUL; the file is damaged.");
        }

        var depth = 0;
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > DeepestNesting)
            {
                throw new SettingsException($"{file} line {parser.Current.Start.Line} is nested deeper than any setting.");
            }

            if (parser.Current is AnchorAlias alias)
            {
                // One that stands within its own anchor has no end.
                throw new SettingsException($"{file} line {alias.Start.Line} has the alias *{alias.Value}; write the value out.");
            }
        }
    }

    private static void Flatten(string file, string prefix, YamlMappingNode mapping, Dictionary<string, SettingValue> values)
    {
        foreach (var (key, node) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } part })
            {
                throw new SettingsException($"{file} line {key.Start.Line} has a setting without a plain name.");
            }

            var name = prefix + part;
            var place = $"{file} line {node.Start.Line}";
            switch (node)
            {
                case YamlMappingNode inner:
                    Flatten(file, name + ".", inner, values);
                    break;
                case YamlSequenceNode list:
                    values[name] = new SettingValue([.. list.Children.Select(item => ScalarOf(item, name, file))], place);
                    break;
                case YamlScalarNode { Value: null or "" or "~" or "null", Style: ScalarStyle.Plain }:
                    // A name without a value is a setting left at its default, as in a file of commented examples.
                    break;
                default:
                    values[name] = new SettingValue([ScalarOf(node, name, file)], place);
                    break;
            }
        }
    }

    private static string ScalarOf(YamlNode node, string name, string file) =>
        node is YamlScalarNode { Value: { } value }
            ? value
            : throw new SettingsException($"{file} line {node.Start.Line}: {name} must be a plain value or a list of plain values.");
}
