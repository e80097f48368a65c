using SlaveAgent.Files;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Asks K2HR3 for the role's resource, conditionally, and remembers the text: an answer 304 without a body stands for the text known.
/// </summary>
public sealed class ResourceReader
{
    private readonly K2hr3Client _client;
    private readonly Yrn _resource;
    private readonly string _acceptedPath;
    /// <summary>How often K2HR3 must say that the role may read no resource, or has an empty one, before that is taken for the role's nature.</summary>
    private const int UnreadableForSure = 3;

    /// <summary>For a person, while <see cref="IsDoubtful"/>.</summary>
    public const string Doubt = "K2HR3 says that the role's resource is empty; it has to say so again";

    private K2hr3Answer.Text? _known;
    private int _unreadable;
    private int _blank;
    private AcceptedResource? _accepted;
    private bool _isSaved;

    public ResourceReader(K2hr3Client client, Yrn resource, HostRoot root)
    {
        _client = client;
        _resource = resource;
        _acceptedPath = root.At(AgentPaths.AcceptedResource);
        _accepted = AcceptedResource.Load(_acceptedPath, resource.ToString());
        _isSaved = _accepted is not null;
        _known = _accepted is null ? null : new K2hr3Answer.Text(_accepted.Text, _accepted.ETag);
    }

    /// <summary>The last text that became a configuration; null when none ever did.</summary>
    public string? AcceptedText => _accepted?.Text;

    /// <summary>K2HR3 said again and again that the role may read no such resource, and it never could: a role without a configuration.</summary>
    public bool IsSurelyUnreadable => _unreadable >= UnreadableForSure && _accepted is null;

    /// <summary>The last answer was right and empty, on a host that never had another: a store in trouble says so too, and is not believed at once.</summary>
    public bool IsDoubtful => _blank is > 0 and < UnreadableForSure && _accepted is null;

    /// <summary>K2HR3's clock less this host's; null before the first answer.</summary>
    public TimeSpan? ClockDifference => _client.ClockDifference;

    /// <param name="anew">Ask without a condition, so that K2HR3 builds the text once more.</param>
    /// <returns><see cref="K2hr3Answer.Text"/> for both 200 and 304.</returns>
    public async Task<K2hr3Answer> LookAsync(bool anew, CancellationToken cancel)
    {
        var answer = await _client.ReadTextAsync(_resource, anew ? null : _known?.ETag, cancel);
        _unreadable = answer is K2hr3Answer.Denied { IsUnreadable: true } ? _unreadable + 1 : 0;
        if (answer is K2hr3Answer.Text text)
        {
            _known = text;
        }

        var heard = answer is K2hr3Answer.NotModified && _known is not null ? _known : answer;
        _blank = heard is K2hr3Answer.Text { Value: var value } && string.IsNullOrWhiteSpace(value) ? _blank + 1 : 0;
        return heard;
    }

    /// <summary>Remembers over restarts that this text became a configuration.</summary>
    public void Accept(string text)
    {
        if (_accepted?.Text != text)
        {
            _accepted = new AcceptedResource(_resource.ToString(), _known?.Value == text ? _known.ETag : null, text);
            _isSaved = false;
        }

        if (!_isSaved)
        {
            _accepted.Save(_acceptedPath);
            _isSaved = true;
        }
    }
}
