using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace SlaveAgent.Diagnosing;

/// <summary>A .tar.gz of text files, readable by its owner only.</summary>
internal static class SupportBundle
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Of all entries together, before they are compressed.</summary>
    internal const long Largest = 32L * 1024 * 1024;

    /// <summary>Those that have room, in their order, and the names of the others.</summary>
    public static (IReadOnlyList<BundleEntry> Kept, IReadOnlyList<string> LeftOut) Bound(IEnumerable<BundleEntry> entries, long most = Largest)
    {
        List<BundleEntry> kept = [];
        List<string> left = [];
        foreach (var entry in entries)
        {
            if (Encoding.UTF8.GetByteCount(entry.Text) is var size && size <= most)
            {
                most -= size;
                kept.Add(entry);
            }
            else
            {
                left.Add(entry.Name);
            }
        }

        return (kept, left);
    }

    /// <summary>Writes a file that is not there yet; where that fails nothing is left of it.</summary>
    /// <param name="folder">The directory that all entries lie in.</param>
    /// <exception cref="IOException">There is such a file, or writing failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static void Write(string path, string folder, IEnumerable<BundleEntry> entries, DateTimeOffset now)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        try
        {
            using (var zipped = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            using (var tar = new TarWriter(zipped, TarEntryFormat.Pax))
            {
                foreach (var entry in entries)
                {
                    using var text = new MemoryStream(Encoding.UTF8.GetBytes(entry.Text));
                    tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{folder}/{entry.Name}") { DataStream = text, Mode = OwnerOnly, ModificationTime = now });
                }
            }

            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(path);
            throw;
        }
    }
}
