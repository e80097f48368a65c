using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Roles;

/// <summary>
/// Asks K2HR3 for the role's resource, conditionally, and remembers the text: an answer 304 without a body stands for the text known. Takes note of how long K2HR3
/// has been saying that this is no slave's role.
/// </summary>
public sealed class ResourceReader
{
    internal const string Unreadable = "unreadable";
    internal const string Empty = "empty";
    internal const string OtherText = "other text";

    private readonly K2hr3Client _client;
    private readonly Yrn _resource;
    private readonly string _acceptedPath;
    private readonly EvidenceMemory _evidence;
    private readonly string _question;
    private K2hr3Answer.Text? _known;
    private (string Text, ConfigurationPlan.NoSlave? Other)? _judged;
    private AcceptedResource? _accepted;
    private (AcceptedResource Of, RingRoom Room)? _room;
    private bool _isSaved;

    public ResourceReader(K2hr3Client client, Yrn resource, HostRoot root, EvidenceMemory evidence)
    {
        _client = client;
        _resource = resource;
        _acceptedPath = root.Agent.AcceptedResource;
        _evidence = evidence;
        _question = $"resource of {resource}";
        _accepted = AcceptedResource.Load(_acceptedPath, resource.ToString());
        _isSaved = _accepted is not null;
        _known = _accepted is null ? null : new K2hr3Answer.Text(_accepted.Text, _accepted.ETag);
    }

    /// <summary>The last text that became a configuration; null when none ever did.</summary>
    public string? AcceptedText => _accepted?.Text;

    /// <summary>How full the ring is by that text, which lists all slaves: the file in place has only this one. Null without a text.</summary>
    public RingRoom? Room
    {
        get
        {
            if (_accepted is not null && _room?.Of != _accepted)
            {
                _room = (_accepted, RingRoom.Of(IniReader.Read(_accepted.Text)));
            }

            return _accepted is null ? null : _room?.Room;
        }
    }

    /// <summary>
    /// How far it is to be relied on that this is no slave node's role: its resource may not be read, is empty, or is another text. A host that has been a slave
    /// node stays one, whatever is said.
    /// </summary>
    public EvidenceStage NotASlave => _accepted is null ? _evidence.StageOf(_question) : EvidenceStage.None;

    /// <summary>How far it is to be relied on that the role, or its leave to read the resource, is gone; also on a host that has been a slave node.</summary>
    public EvidenceStage Gone => IsUnreadable ? _evidence.StageOf(_question) : EvidenceStage.None;

    /// <summary>The last answer was that the role may read no such resource.</summary>
    public bool IsUnreadable => Claim == Unreadable;

    /// <summary>What K2HR3 said by which this is no slave node's role; null while nothing says so.</summary>
    internal string? Claim => _evidence.Of(_question)?.Claim;

    /// <summary>For how long K2HR3 still has to say so until it is confirmed.</summary>
    public TimeSpan Remaining => _evidence.RemainingOf(_question);

    /// <summary>Why this is no slave node's role, for a person; null while nothing says so.</summary>
    public string? WhyNotASlave => Claim switch
    {
        Unreadable => "K2HR3 lets this role read no resource",
        Empty => "the role's resource is empty",
        OtherText => $"the role's resource is no slave configuration ({_judged?.Other?.Why})",
        _ => null,
    };

    /// <summary>The longest that one request can take.</summary>
    public TimeSpan LongestRequest => _client.LongestRequest;

    /// <summary>How long K2HR3 took for its last answer.</summary>
    public TimeSpan AnswerTime => _client.Contact.AnswerTime;

    /// <summary>K2HR3's clock less this host's; null before the first answer.</summary>
    public TimeSpan? ClockDifference => _client.ClockDifference;

    /// <param name="fresh">Ask without a condition, so that K2HR3 builds the text once more.</param>
    /// <returns><see cref="K2hr3Answer.Text"/> for both 200 and 304.</returns>
    public async Task<K2hr3Answer> ReadAsync(bool fresh, CancellationToken cancel)
    {
        var answer = await _client.ReadTextAsync(_resource, fresh ? null : _known?.ETag, cancel);
        if (answer is K2hr3Answer.Text text)
        {
            _known = text;
        }

        var answered = answer is K2hr3Answer.NotModified && _known is not null ? _known : answer;
        _evidence.Note(_question, ClaimOf(answered));
        return answered;
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

    private string? ClaimOf(K2hr3Answer answered) => answered switch
    {
        K2hr3Answer.Denied { IsUnreadable: true } => Unreadable,
        K2hr3Answer.Text when _accepted is not null => null,
        K2hr3Answer.Text text when string.IsNullOrWhiteSpace(text.Value) => Empty,
        K2hr3Answer.Text text when Judge(text.Value) is not null => OtherText,
        _ => null,
    };

    private ConfigurationPlan.NoSlave? Judge(string text)
    {
        if (_judged is not { } judged || !ReferenceEquals(judged.Text, text))
        {
            _judged = (text, ConfigurationPlan.FindNoSlave(text));
        }

        return _judged.Value.Other;
    }
}
