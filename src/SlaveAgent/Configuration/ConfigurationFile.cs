using System.Text;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;

namespace SlaveAgent.Configuration;

/// <summary>The configuration at its path: read when it changed, replaced with the next generation.</summary>
public sealed class ConfigurationFile(HostRoot root, string hostPath, UnixFileMode mode, int keep, TimeProvider time)
{
    /// <summary>Who writes has the lock for some milliseconds; one that was stopped in between must not stop the watching too.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Each poll of the control port makes chmpx read the file outside of its watch, which then takes the file for unchanged: a poll between a write and
    /// its notice loses the reload. It notices within some 50 ms.
    /// </summary>
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Of a file that is written again and again the polls cannot wait for the end.</summary>
    private const int MostPauses = 5;

    private readonly Generations _generations = new(root.Agent.GenerationsDirectory, keep, mode);
    private readonly HistoryFile _history = new(root.Agent.History, mode);
    private (int Generation, long At)? _wrote;
    private (int Generation, bool IsConnected)? _noted;
    private (string Reason, string Message)? _refused;
    private FileVersion? _seen;
    private bool _isChangedByOthers;
    private FileReaders _readers;
    private (DateTimeOffset At, TimeSpan AgeThen, long SeenAt)? _changed;

    /// <summary>Its path on the host, without the root.</summary>
    public string HostPath { get; } = hostPath;

    /// <summary>Where it really is.</summary>
    public string Path { get; } = root.At(hostPath);

    /// <summary>As last read or written; null when there is no file, or none that can be read.</summary>
    public IniDocument? Current { get; private set; }

    public bool IsThere => FileStatus.Of(Path) is { Kind: FileKind.Regular };

    /// <summary>Whether whoever is to read it can, and nobody else; somebody may have changed that.</summary>
    public bool HasRightMode => FileStatus.Of(Path) is { Kind: FileKind.Regular } status
        && (ExtendedAttributes.AccessListOf(Path) ?? AccessList.Of(status.Mode)) is var list
        && (list.SaysMoreThanMode ? list.Mode : status.Mode) == mode && list.CanRead(_readers);

    /// <summary>When <see cref="Current"/> last changed, as a <see cref="TimeProvider"/> timestamp.</summary>
    public long ChangedAt { get; private set; } = time.GetTimestamp();

    /// <summary>
    /// The old file had a further hard link when it was replaced, and could not be exchanged: chmpx watches the inode, which no rename touches then, and will
    /// not notice.
    /// </summary>
    public bool OldFileWasLinked { get; private set; }

    /// <summary>Reads the file again if it is another than last time; one system call when it is not.</summary>
    /// <returns>Whether it was another.</returns>
    public bool Refresh()
    {
        var status = FileStatus.Of(Path);
        NoteChange(status);
        var version = status is { Kind: FileKind.Regular } ? status.Version : (FileVersion?)null;
        if (version == _seen && (version is not null || Current is null))
        {
            return false;
        }

        _seen = version;
        _isChangedByOthers = true;
        ChangedAt = time.GetTimestamp();
        Current = version is null ? null : ReadFile();
        return true;
    }

    /// <summary>Whether it is another one than at the last call, otherwise than by this object's writing, and whoever saw that first. True at the first call, if there is a file.</summary>
    public bool TakeChangedByOthers()
    {
        var changed = _isChangedByOthers;
        _isChangedByOthers = false;
        return changed;
    }

    /// <summary>
    /// How long nobody may poll chmpx's control port yet, by the file's last change as <see cref="Refresh"/> last saw it, whoever made it. Never longer than
    /// 200 ms after it was first seen, whatever the clock does.
    /// </summary>
    public TimeSpan UntilPollAllowed => _changed is { } changed ? PauseLeft(changed.AgeThen, time.GetElapsedTime(changed.SeenAt)) : TimeSpan.Zero;

    /// <summary>Waits until the control port may be polled; to be awaited right before each poll.</summary>
    public async Task PollAllowedAsync(CancellationToken cancel)
    {
        for (var pause = 0; pause < MostPauses; pause++)
        {
            Refresh();
            if (UntilPollAllowed is var left && left <= TimeSpan.Zero)
            {
                return;
            }

            // A timer counts whole milliseconds and drops the remainder.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancel);
        }
    }

    /// <param name="ageThen">How old the change was when it was first seen, by the wall clock; negative when the clock had been set back in between.</param>
    /// <param name="since">Since it was first seen, by a clock that nobody sets.</param>
    internal static TimeSpan PauseLeft(TimeSpan ageThen, TimeSpan since)
    {
        var age = since + (ageThen > TimeSpan.Zero ? ageThen : TimeSpan.Zero);
        return age < PollPause ? PollPause - age : TimeSpan.Zero;
    }

    /// <summary>
    /// Sees to it that chmpx's user and its programs can read the file where its mode keeps others out: it belongs to root, and the daemon may not give it to
    /// another group.
    /// </summary>
    /// <exception cref="FileBlockedException">Its file system has no access control lists.</exception>
    /// <exception cref="IOException">It could not be allowed.</exception>
    public void GrantRead(FileReaders readers)
    {
        _readers = readers;
        if (FileStatus.Of(Path) is { Kind: FileKind.Regular } status
            && (ExtendedAttributes.AccessListOf(Path) ?? AccessList.Of(status.Mode)) is var list && !list.CanRead(readers))
        {
            ExtendedAttributes.SetAccessList(Path, list.With(readers));
        }
    }

    /// <summary>Puts a configuration in place under the next generation number, a copy of it beside the earlier ones, and an entry in the history.</summary>
    /// <param name="loaded">What chmpx has loaded: the number must become another one, or chmpx does not reload (Chmpx/README.md, "Reload").</param>
    /// <param name="cause">Why it is written, for the history.</param>
    /// <exception cref="IOException">It could not be written; the old file is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public async Task<WrittenGeneration> WriteAsync(IniDocument ini, int? loaded, CancellationToken cancel, GenerationCause cause = GenerationCause.Poll)
    {
        using var turn = await FileLock.TakeAsync(root.Agent.WriteLock, LockTimeout, time, cancel);
        Refresh();
        var generation = Next(Math.Max(Math.Max(Current?.FileVersion ?? 0, _generations.Newest), loaded ?? 0));
        var text = IniWriter.Write(ini, generation);

        // What a file said that was lost or corrupt is in its copy.
        var before = cause == GenerationCause.Restored || Current is null ? TryReadNewest() ?? Current : Current;
        Directories.Make(System.IO.Path.GetDirectoryName(Path)!);
        var wasLinked = FileStatus.Of(Path) is { Links: > 1 };
        OldFileWasLinked = !AtomicFile.Write(Path, text, mode, exchange: true, readers: _readers) && wasLinked;
        Refresh();
        _isChangedByOthers = false;
        (_wrote, _refused) = ((generation, time.GetTimestamp()), null);
        var copyFailed = TryKeep(generation, text);
        var entry = GenerationEntry.Written(generation, time.GetUtcNow(), cause, before, ini);
        _history.Add(history => history.With(entry));
        _history.Flush();
        return new WrittenGeneration(generation, copyFailed) { Entry = entry };
    }

    /// <summary>Takes note that chmpx has loaded the generation in place, for the history; costs nothing once that is known.</summary>
    /// <param name="isConnected">And that this host is connected with it.</param>
    public void NoteLoaded(bool isConnected)
    {
        if (Current is not { FileVersion: { } generation } ini)
        {
            return;
        }

        if (_noted is not { } noted || noted.Generation != generation || (isConnected && !noted.IsConnected))
        {
            _noted = (generation, isConnected);
            var found = GenerationEntry.Written(generation, time.GetUtcNow(), GenerationCause.Found, null, ini);
            TimeSpan? since = _wrote is { } wrote && wrote.Generation == generation ? time.GetElapsedTime(wrote.At) : null;
            _history.Add(history => history.WithLoaded(found, since, isConnected));
        }

        FlushHistory();
    }

    /// <summary>Takes note of a configuration that was refused, for the history; one that is refused again and again once.</summary>
    /// <param name="reason">A stable code.</param>
    public void NoteRefused(GenerationCause cause, string reason, string message)
    {
        if (_refused != (reason, message))
        {
            _refused = (reason, message);
            var refusal = GenerationEntry.Refused(time.GetUtcNow(), cause, reason, message);
            _history.Add(history => history.WithRefusal(refusal));
        }

        FlushHistory();
    }

    /// <summary>What is in place is the newest generation that an agent or <c>regenerate</c> wrote; not known, and so false, where no copies are kept.</summary>
    public bool IsLastGeneration => _generations.ReadNewest() is { } written && ReadText() == written;

    /// <summary>The text as it stands there; null without a file.</summary>
    public string? ReadText() => File.Exists(Path) ? RegularFile.ReadText(Path) : null;

    /// <summary>Removes what a killed agent left half written.</summary>
    public bool RemoveStaleStages() => AtomicFile.RemoveStaleStages(System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path));

    /// <summary>The number after <paramref name="highest"/>; chmpx asks only for another one, so after the last of 31 bits comes 1.</summary>
    public static int Next(int highest) => highest is < 1 or int.MaxValue ? 1 : highest + 1;

    /// <summary>Waits for nobody: who holds the lock, or a disk without room, has it written the next time.</summary>
    private void FlushHistory()
    {
        if (!_history.HasPending)
        {
            return;
        }

        try
        {
            using var turn = FileLock.TryTake(root.Agent.WriteLock);
            if (turn is not null)
            {
                _history.Flush();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As with the history itself.
        }
    }

    private IniDocument? TryReadNewest()
    {
        try
        {
            return _generations.ReadNewest() is { } text ? IniReader.Read(text) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void NoteChange(FileStatus? status)
    {
        if (status?.ChangedAt != _changed?.At)
        {
            _changed = status is null ? null : (status.ChangedAt, time.GetUtcNow() - status.ChangedAt, time.GetTimestamp());
        }
    }

    private string? TryKeep(int generation, string text)
    {
        try
        {
            _generations.Keep(generation, text);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private IniDocument? ReadFile()
    {
        try
        {
            // A file of another's making may hold anything; what is no UTF-8 becomes a sign that no rule allows.
            return IniReader.Read(Encoding.UTF8.GetString(File.ReadAllBytes(Path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
