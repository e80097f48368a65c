using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// The part of K2HR3's template language that DBaaS resources use: print, assign, <c>foreach … done</c>,
/// <c>if … elif … else … endif</c>, comments. Line breaks outside <c>{{ }}</c> are kept, which explains the blank and indented lines.
/// </summary>
internal sealed partial class ResourceTemplate
{
    private const string Header = "{{#!k2hr3template }}";

    private readonly Block _body;

    private ResourceTemplate(Block body) => _body = body;

    /// <summary>Null where K2HR3 answers "Could not load resource for template engine" (recorded: 60).</summary>
    public static ResourceTemplate? Parse(string text)
    {
        if (!text.StartsWith(Header, StringComparison.Ordinal))
        {
            return new(new([new Text(text)]));
        }
        var pieces = Statement().Split(text[Header.Length..].TrimStart('\r', '\n'));
        var next = 0;
        return ReadBlock(pieces, ref next) is { } block && next >= pieces.Length ? new(block) : null;
    }

    /// <summary>Renders with the given variables and those that the template assigns itself.</summary>
    public string Render(Func<string, object?> given)
    {
        var output = new StringBuilder();
        Render(_body, new(given), output);
        return output.ToString();
    }

    // Even pieces are text, odd ones statements. Stops at a keyword that belongs to the enclosing block.
    private static Block? ReadBlock(string[] pieces, ref int next)
    {
        var nodes = new List<Node>();
        for (; next < pieces.Length; next++)
        {
            var piece = pieces[next];
            if (next % 2 == 0)
            {
                nodes.Add(new Text(piece));
                continue;
            }
            if (IsClosing(piece))
            {
                break;
            }
            if (ReadStatement(pieces, ref next) is not { } node)
            {
                return null;
            }
            nodes.Add(node);
        }
        return new(nodes);
    }

    private static Node? ReadStatement(string[] pieces, ref int next)
    {
        var piece = pieces[next];
        if (piece.StartsWith('#'))
        {
            return new Text("");
        }
        if (piece.StartsWith('='))
        {
            return TemplateExpression.IsWellFormed(piece[1..]) ? new Print(piece[1..]) : null;
        }
        if (ForeachStatement().Match(piece) is { Success: true } loop)
        {
            next++;
            return ReadBlock(pieces, ref next) is { } inner && next < pieces.Length && pieces[next] == "done"
                ? new Foreach(loop.Groups["name"].Value, loop.Groups["source"].Value, inner)
                : null;
        }
        if (piece.StartsWith("if ", StringComparison.Ordinal))
        {
            return ReadChoice(pieces, ref next);
        }
        return AssignStatement().Match(piece) is { Success: true } assign && TemplateExpression.IsWellFormed(assign.Groups["value"].Value)
            ? new Assign(assign.Groups["name"].Value, assign.Groups["value"].Value)
            : null;
    }

    private static Choice? ReadChoice(string[] pieces, ref int next)
    {
        var branches = new List<(string? Condition, Block Body)>();
        string? condition = pieces[next][3..];
        while (true)
        {
            next++;
            if (ReadBlock(pieces, ref next) is not { } block || next >= pieces.Length
                || (condition is not null && !TemplateExpression.IsWellFormed(condition)))
            {
                return null;
            }
            branches.Add((condition, block));
            switch (pieces[next])
            {
                case "endif":
                    return new(branches);
                case "else":
                    condition = null;
                    break;
                case var word when word.StartsWith("elif ", StringComparison.Ordinal):
                    condition = word[5..];
                    break;
                default:
                    return null;
            }
        }
    }

    private static bool IsClosing(string statement) =>
        statement is "done" or "else" or "endif" || statement.StartsWith("elif ", StringComparison.Ordinal);

    private static void Render(Block block, Scope scope, StringBuilder output)
    {
        foreach (var node in block.Nodes)
        {
            switch (node)
            {
                case Text text:
                    output.Append(text.Content);
                    break;
                case Print print:
                    output.Append(TemplateExpression.Print(TemplateExpression.Evaluate(print.Expression, scope.Find)));
                    break;
                case Assign assign:
                    scope.Assigned[assign.Name] = TemplateExpression.Evaluate(assign.Value, scope.Find);
                    break;
                case Foreach loop when TemplateExpression.Evaluate(loop.Source, scope.Find) is IReadOnlyDictionary<string, object?> map:
                    foreach (var key in map.Keys)
                    {
                        scope.Assigned[loop.Name] = key;
                        Render(loop.Body, scope, output);
                    }
                    break;
                case Choice choice
                    when choice.Branches.Find(branch => branch.Condition is null || TemplateExpression.IsTrue(branch.Condition, scope.Find)) is { Body: { } taken }:
                    Render(taken, scope, output);
                    break;
            }
        }
    }

    [GeneratedRegex(@"\{\{\s*((?:[^}]|\}(?!\}))*?)\s*\}\}(?!\})")]
    private static partial Regex Statement();

    [GeneratedRegex(@"^foreach\s+%(?<name>[^%]+)%\s+in\s+(?<source>%[^%]+%)$")]
    private static partial Regex ForeachStatement();

    [GeneratedRegex(@"^%(?<name>[^%]+)%\s*=(?!=)(?<value>.+)$")]
    private static partial Regex AssignStatement();

    private sealed record Scope(Func<string, object?> Given)
    {
        public Dictionary<string, object?> Assigned { get; } = [];

        public object? Find(string name) => Assigned.TryGetValue(name, out var value) ? value : Given(name);
    }

    private abstract record Node;

    private sealed record Block(IReadOnlyList<Node> Nodes);

    private sealed record Text(string Content) : Node;

    private sealed record Print(string Expression) : Node;

    private sealed record Assign(string Name, string Value) : Node;

    private sealed record Foreach(string Name, string Source, Block Body) : Node;

    private sealed record Choice(List<(string? Condition, Block Body)> Branches) : Node;
}
