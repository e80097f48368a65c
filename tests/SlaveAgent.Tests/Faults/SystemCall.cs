namespace SlaveAgent.Tests.Faults;

/// <summary>One call that changed, or was to change, a file.</summary>
/// <param name="Number">The how manieth of its name on its thread, from 1, as strace counts.</param>
/// <param name="Target">What it was renamed to, or exchanged with (<c>renameat2</c>).</param>
/// <param name="Content">What was written.</param>
internal sealed record SystemCall(string Name, int Number, string Path, string? Target, byte[] Content, bool Succeeded, bool Creates, bool Truncates)
{
    /// <summary>The call without what differs from run to run, for counting which ones were hit.</summary>
    public string Kind => $"{Name} {Steady(Path)}{(Target is null ? string.Empty : $" -> {Steady(Target)}")}";

    private static string Steady(string path) =>
        System.Text.RegularExpressions.Regex.Replace(System.Text.RegularExpressions.Regex.Replace(path, @"\.\d+-\d+\.stage$", ".stage"), @"generation-\d+", "generation-N");
}
