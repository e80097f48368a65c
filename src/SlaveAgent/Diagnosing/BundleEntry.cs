namespace SlaveAgent.Diagnosing;

/// <summary>A file of a support bundle.</summary>
/// <param name="Name">Relative, such as <c>units/chmpx.service.txt</c>.</param>
internal sealed record BundleEntry(string Name, string Text)
{
    /// <summary>A journal of thousands of lines, or a list of thousands of slaves, has room; of more the end is kept.</summary>
    internal const int Largest = 2 * 1024 * 1024;

    public static BundleEntry Of(string name, string text) => new(name, text.Length <= Largest ? text : text[^Largest..]);
}
