using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Roles;

/// <summary>
/// The evidence of each question, whoever asks it, kept in the runtime directory: a restart of the agent neither confirms sooner nor starts over, a reboot starts
/// over. Its times are those of the clock that runs since the boot, which nobody sets.
/// </summary>
public sealed class EvidenceMemory
{
    private readonly string? _path;
    private readonly EvidenceSettings _settings;
    private readonly TimeProvider _time;
    private Dictionary<string, Evidence> _known = [];

    /// <summary>The file holds what this process knows, and what others received since.</summary>
    private bool _isShared;

    /// <summary>Of the file as this process last read or wrote it; null: there was none.</summary>
    private FileVersion? _version;

    /// <param name="root">Null: it is not kept over restarts.</param>
    public EvidenceMemory(HostRoot? root, EvidenceSettings settings, TimeProvider time)
    {
        _path = root?.Agent.Evidence;
        _settings = settings;
        _time = time;
        _isShared = _path is not null;
        Load();
    }

    public EvidenceSettings Settings => _settings;

    private TimeSpan Now => _time.GetElapsedTime(0);

    public Evidence? Of(string question) => _known.GetValueOrDefault(question);

    /// <summary>Takes note of one answer.</summary>
    /// <param name="question">The same for all who ask it.</param>
    /// <param name="claim">As for <see cref="Evidence.After"/>.</param>
    public void Note(string question, string? claim)
    {
        if (_isShared && VersionOf(_path!) != _version)
        {
            // Another process was answered meanwhile.
            Load();
        }

        var before = Of(question);
        if (claim is null ? before is null : before?.Claim == claim && before.IsConfirmed(Now, _settings.Answers, _settings.Duration))
        {
            // Nothing that was not known; a daemon asks for ever.
            return;
        }

        if (Evidence.After(Of(question), claim, Now) is { } after)
        {
            _known[question] = after;
        }
        else
        {
            _known.Remove(question);
        }

        Save();
    }

    /// <param name="duration">Null: that of the settings.</param>
    public EvidenceStage StageOf(string question, TimeSpan? duration = null) =>
        Of(question)?.StageAt(Now, _settings.Answers, duration ?? _settings.Duration) ?? EvidenceStage.None;

    /// <summary>For how long it still has to be claimed; zero when for no longer, or when nothing is.</summary>
    public TimeSpan RemainingOf(string question, TimeSpan? duration = null) => Of(question)?.RemainingAt(Now, duration ?? _settings.Duration) ?? TimeSpan.Zero;

    /// <summary>For how long it is claimed; zero when nothing is.</summary>
    public TimeSpan AgeOf(string question) => Of(question) is { } evidence ? Now - evidence.Since : TimeSpan.Zero;

    private static FileVersion? VersionOf(string path)
    {
        try
        {
            return FileStatus.Of(path)?.Version;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Load()
    {
        if (_isShared)
        {
            _version = VersionOf(_path!);
            _known = (StateFile.TryLoad(_path!, RolesJson.Default.DictionaryStringEvidence) ?? [])
                .Where(entry => entry.Value is { Claim: not null, Answers: > 0 } && entry.Value.Since <= Now)
                .ToDictionary(StringComparer.Ordinal);
        }
    }

    private void Save()
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            StateFile.Save(_path, _known, RolesJson.Default.DictionaryStringEvidence);
            (_isShared, _version) = (true, VersionOf(_path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only /run: the evidence then ends with this process, and the next one starts over.
            _isShared = false;
        }
    }
}
