using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>Copies of the last installed configurations, <c>generation-N.ini</c>; the oldest is removed first.</summary>
/// <param name="mode">The configuration's: no copy is more readable.</param>
public sealed class Generations(string directory, int keep, UnixFileMode mode)
{
    private const string Prefix = "generation-";
    private const string Suffix = ".ini";

    /// <summary>The generations of which there is a copy.</summary>
    public IEnumerable<int> Numbers
    {
        get
        {
            if (!Directory.Exists(directory))
            {
                yield break;
            }

            foreach (var path in Directory.EnumerateFiles(directory, Prefix + "*" + Suffix))
            {
                var name = Path.GetFileName(path.AsSpan());
                if (int.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    yield return number;
                }
            }
        }
    }

    /// <summary>The highest number of a copy; 0 when there is none.</summary>
    public int Newest => Numbers.DefaultIfEmpty(0).Max();

    /// <summary>The newest copy's text, or null when there is none.</summary>
    public string? ReadNewest() => Newest is > 0 and var number ? File.ReadAllText(PathOf(number)) : null;

    /// <returns>The copy's text; null when there is none.</returns>
    public string? Read(int generation) => RegularFile.TryRead(PathOf(generation));

    public void Keep(int generation, string content)
    {
        if (keep == 0)
        {
            return;
        }

        Directories.MakeOwn(directory);
        // Each copy has its own name, so no later write would remove the stage that a killed agent left.
        AtomicFile.RemoveStaleStages(directory, "*");
        AtomicFile.Write(PathOf(generation), content, mode);

        // Numbers wrap around to 1: copies with higher numbers are older then, and would be taken for the newest.
        var numbers = Numbers.OrderDescending().ToList();
        var older = numbers.Where(number => number <= generation);
        foreach (var old in numbers.Where(number => number > generation).Concat(older.Skip(keep)))
        {
            File.Delete(PathOf(old));
        }

        foreach (var path in Numbers.Select(PathOf))
        {
            // Made when the configuration was open to more.
            if (FileStatus.Of(path) is { Kind: FileKind.Regular } copy && (copy.Mode & ~mode) != 0)
            {
                File.SetUnixFileMode(path, copy.Mode & mode);
            }
        }
    }

    private string PathOf(int generation) =>
        Path.Join(directory, Prefix + generation.ToString(CultureInfo.InvariantCulture) + Suffix);
}
