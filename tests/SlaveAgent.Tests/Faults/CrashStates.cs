namespace SlaveAgent.Tests.Faults;

/// <summary>
/// What can be on the disk after a power cut at any moment of a recorded run: whatever was synced is there, whatever was not may be or not, each by
/// itself, and data that was not synced may be there by half. The names in a directory count as the directory's, and are synced with it.
/// </summary>
internal static class CrashStates
{
    /// <summary>Of so many changes that are not synced at one moment every combination is tried, and of more as many drawn ones.</summary>
    private static int InFull => FaultRun.Times(8, 12);

    /// <returns>Each state as the files below the root with their content.</returns>
    public static IEnumerable<IReadOnlyDictionary<string, byte[]>> Of(
        IReadOnlyList<SystemCall> calls, IReadOnlyDictionary<string, byte[]> before, Random random)
    {
        var changes = calls.Where(call => call.Succeeded && IsChange(call)).ToList();
        for (var cut = 0; cut <= changes.Count; cut++)
        {
            var done = changes[..cut];
            var loose = Enumerable.Range(0, cut).Where(at => done[at].Name != "fsync" && !IsSynced(done, at)).ToList();
            foreach (var lost in Subsets(loose, random))
            {
                // Data that is lost may be there by half.
                foreach (var half in lost.Any(at => IsData(done[at])) ? (bool[])[false, true] : [false])
                {
                    yield return Apply(done, before, lost, half);
                }
            }
        }
    }

    private static bool IsData(SystemCall call) => call.Name is "write" or "pwrite64";

    private static bool IsChange(SystemCall call) =>
        IsData(call) || call.Name is "rename" or "renameat2" or "unlink" or "fsync" || (call.Name == "openat" && (call.Creates || call.Truncates));

    /// <summary>Whether a later sync of the file, or of its directory for a name, holds the change fast.</summary>
    private static bool IsSynced(List<SystemCall> done, int at)
    {
        var call = done[at];
        for (var later = at + 1; later < done.Count; later++)
        {
            if (done[later].Name != "fsync")
            {
                continue;
            }

            // A file that is synced has its data; its name, and every other in the directory, is held by the directory's sync.
            if (IsData(call) ? done[later].Path == call.Path : done[later].Path == Path.GetDirectoryName(call.Path))
            {
                return true;
            }
        }

        return false;
    }

    private static Dictionary<string, byte[]> Apply(List<SystemCall> done, IReadOnlyDictionary<string, byte[]> before, HashSet<int> lost, bool half)
    {
        // A file is an inode, which keeps its content under whatever name is left to it.
        var inodes = before.ToDictionary(file => file.Key, file => new List<byte>(file.Value));
        var names = inodes.ToDictionary(file => file.Key, file => file.Value);
        var open = new Dictionary<string, List<byte>>(names);
        for (var at = 0; at < done.Count; at++)
        {
            var call = done[at];
            var isLost = lost.Contains(at);
            switch (call.Name)
            {
                case "openat":
                    if (call.Truncates && open.TryGetValue(call.Path, out var old) && !isLost)
                    {
                        old.Clear();
                    }
                    else if (!open.ContainsKey(call.Path))
                    {
                        open[call.Path] = [];
                        if (!isLost)
                        {
                            names[call.Path] = open[call.Path];
                        }
                    }

                    break;
                case "write" or "pwrite64" when open.TryGetValue(call.Path, out var file):
                    file.AddRange(!isLost ? call.Content : half ? call.Content[..(call.Content.Length / 2)] : []);
                    break;
                case "rename":
                    if (open.Remove(call.Path, out var moved))
                    {
                        open[call.Target!] = moved;
                        if (!isLost)
                        {
                            names.Remove(call.Path);
                            names[call.Target!] = moved;
                        }
                    }

                    break;
                case "renameat2":
                    Exchange(open, call);
                    if (!isLost)
                    {
                        Exchange(names, call);
                    }

                    break;
                case "unlink":
                    open.Remove(call.Path);
                    if (!isLost)
                    {
                        names.Remove(call.Path);
                    }

                    break;
                default:
                    break;
            }
        }

        return names.ToDictionary(name => name.Key, name => name.Value.ToArray());
    }

    private static void Exchange(Dictionary<string, List<byte>> files, SystemCall call)
    {
        // Of a stage whose name was lost the new name is left to the old file's: one name cannot be gone and exchanged.
        if (files.TryGetValue(call.Path, out var stage) && files.TryGetValue(call.Target!, out var file))
        {
            (files[call.Path], files[call.Target!]) = (file, stage);
        }
    }

    private static IEnumerable<HashSet<int>> Subsets(List<int> of, Random random) => of.Count <= InFull
        ? Enumerable.Range(0, 1 << of.Count).Select(bits => of.Where((_, i) => (bits & (1 << i)) != 0).ToHashSet())
        : Enumerable.Range(0, 1 << InFull).Select(_ => of.Where(_ => random.Next(2) == 0).ToHashSet());
}
