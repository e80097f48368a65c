using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>Copies of the last configurations that were put in place, <c>generation-N.ini</c>, oldest removed first.</summary>
public sealed class Generations(string directory, int keep)
{
    private const string Prefix = "generation-";
    private const string Suffix = ".ini";

    /// <summary>The highest number a copy was kept under; 0 when there is none.</summary>
    public int Newest => Numbers().DefaultIfEmpty(0).Max();

    /// <summary>The newest copy's text, or null when there is none.</summary>
    public string? ReadNewest() => Newest is > 0 and var number ? File.ReadAllText(PathOf(number)) : null;

    public void Keep(int generation, string content)
    {
        if (keep == 0)
        {
            return;
        }

        Directories.MakeOwn(directory);
        // Each copy has another name, so nobody else would come past what a killed agent left of one.
        AtomicFile.RemoveStaleStages(directory, "*");
        AtomicFile.Write(PathOf(generation), content, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        // After the last number comes 1 again: copies with higher ones are older then, and would be taken for the newest for ever.
        var numbers = Numbers().OrderDescending().ToList();
        var older = numbers.Where(number => number <= generation);
        foreach (var old in numbers.Where(number => number > generation).Concat(older.Skip(keep)))
        {
            File.Delete(PathOf(old));
        }
    }

    private string PathOf(int generation) =>
        Path.Join(directory, Prefix + generation.ToString(CultureInfo.InvariantCulture) + Suffix);

    private IEnumerable<int> Numbers()
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
