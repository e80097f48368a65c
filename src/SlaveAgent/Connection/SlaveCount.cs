namespace SlaveAgent.Connection;

/// <summary>How many slaves a resource lists. The file in place does not tell: of the slaves it has only this one.</summary>
public sealed class SlaveCount
{
    private string? _text;
    private int _count = 1;

    /// <param name="text">The last accepted text; null when there is none.</param>
    /// <returns>At least 1, this slave.</returns>
    public int Of(string? text)
    {
        if (!ReferenceEquals(text, _text))
        {
            _text = text;
            _count = Math.Max(1, text is null ? 1 : Count(text));
        }

        return _count;
    }

    private static int Count(string text)
    {
        var count = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            count += line.Trim() is "[SLVNODE]" ? 1 : 0;
        }

        return count;
    }
}
