using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace SlaveAgent.Settings;

/// <summary>
/// One YAML file of settings, flattened to dotted names (<c>watch.k2hr3_interval</c>), so that files
/// and options need only one rule: the later one wins. The node model is used rather than a deserializer because it keeps the line of each value
/// and needs neither reflection nor generated code under AOT.
/// </summary>
public static class SettingsDocument
{
    /// <summary>Settings are nested up to three levels; the node model recurses, so very deep nesting would overflow the stack and crash the process.</summary>
    private const int MaxDepth = 16;

    /// <exception cref="SettingsException">The text is not a YAML mapping.</exception>
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
                    throw Problem(SettingsCode.NotAMapping, new(file), "must be a YAML mapping of setting names to values");
            }
        }

        return values;
    }

    private static IList<YamlDocument> Parse(string file, string text)
    {
        try
        {
            // Without a final line break, YamlDotNet 18.1.0 searches endlessly for the end of a directive if the text is 1,024 characters long, the size of its buffer.
            var lines = text.EndsWith('\n') ? text : text + '\n';
            CheckShape(file, lines);
            var stream = new YamlStream();
            stream.Load(new StringReader(lines));
            return stream.Documents;
        }
        catch (YamlException e)
        {
            throw Problem(SettingsCode.NotYaml, new(file, e.Start.Line), $"is not valid YAML ({e.Message.TrimEnd('.')})");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // YamlDotNet's parser throws these for some invalid texts, such as a second document without its header.
            throw Problem(SettingsCode.NotYaml, new(file), $"is not valid YAML ({e.Message.TrimEnd('.')})");
        }
    }

    private static void CheckShape(string file, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            // The parser treats NUL as the end, and would read a file that a crash left full of them as empty.
            var line = text.AsSpan(0, text.IndexOf('\0', StringComparison.Ordinal)).Count('\n') + 1;
            throw Problem(SettingsCode.NulCharacter, new(file, line), "contains a NUL character; the file is corrupt");
        }

        var depth = 0;
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw Problem(SettingsCode.TooDeep, new(file, parser.Current.Start.Line), "is nested more deeply than any setting");
            }

            if (parser.Current is AnchorAlias alias)
            {
                // An alias inside its own anchor would recurse endlessly.
                throw Problem(SettingsCode.Alias, new(file, alias.Start.Line), $"uses the alias *{alias.Value}, which is not supported; repeat the value");
            }
        }
    }

    private static void Flatten(string file, string prefix, YamlMappingNode mapping, Dictionary<string, SettingValue> values)
    {
        foreach (var (key, node) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } part })
            {
                throw Problem(SettingsCode.NameNotPlain, new(file, key.Start.Line), "has a setting whose name is not a plain text");
            }

            var name = prefix + part;
            var place = new SettingPlace(file, node.Start.Line);
            switch (node)
            {
                case YamlMappingNode inner:
                    Flatten(file, name + ".", inner, values);
                    break;
                case YamlSequenceNode list:
                    values[name] = new SettingValue([.. list.Children.Select(item => ScalarOf(item, name, file))], place);
                    break;
                case YamlScalarNode { Value: null or "" or "~" or "null", Style: ScalarStyle.Plain }:
                    // A name without a value keeps the default, as in a file of commented examples.
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
            : throw new SettingsException(
                SettingsCode.ItemNotSingle, $"{file} line {node.Start.Line}: {name} must be a single value or a list of single values.", new(file, node.Start.Line), name);

    private static SettingsException Problem(SettingsCode code, SettingPlace place, string what) => new(code, $"{place} {what}.", place);
}
