using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// One K2HR3: a request is 45 ms of work, a few are worked on at a time, the others wait in line, also those whose caller has given up meanwhile
/// (the figures: K2hr3/README.md, "Cost and caching"). It lists so many servers for each ring, and changes the ring's ETag when it lists another.
/// </summary>
internal sealed class SimulatedK2hr3(VirtualTime time, int atATime) : HttpMessageHandler
{
    private static readonly TimeSpan WorkTime = TimeSpan.FromMilliseconds(45);

    private const int ServersElsewhere = 3;

    private readonly Queue<(HttpRequestMessage Request, TaskCompletionSource<HttpResponseMessage> Answer)> _line = new();
    private readonly List<int> _arrived = [];
    private readonly List<int> _answered = [];
    private readonly List<int> _waiting = [];
    private int _busy;

    /// <summary>Servers of the ring that a server joins; of each other one there are three.</summary>
    public int Servers { get; set; } = ServersElsewhere;

    /// <summary>Nobody can connect.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Requests that came, by second; also those that found nobody.</summary>
    public IReadOnlyList<int> Arrived => _arrived;

    /// <summary>Requests that were answered to a caller who still waited, by second.</summary>
    public IReadOnlyList<int> Answered => _answered;

    /// <summary>The longest line in each second.</summary>
    public IReadOnlyList<int> Waiting => _waiting;

    /// <summary>Requests that waited for longer than their caller did.</summary>
    public int GivenUp { get; private set; }

    public void Leave()
    {
        IsAway = true;
        while (_line.TryDequeue(out var waiting))
        {
            waiting.Answer.TrySetException(new HttpRequestException("connection reset"));
        }
    }

    public void Return() => IsAway = false;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Count(_arrived, 1);
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        if (IsAway)
        {
            time.After(TimeSpan.FromMilliseconds(1), () => answer.TrySetException(new HttpRequestException(HttpRequestError.ConnectionError, "connection refused")));
            return answer.Task;
        }

        cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
        _line.Enqueue((request, answer));
        Work();
        Note(_waiting, _line.Count);
        return answer.Task;
    }

    private void Work()
    {
        while (_busy < atATime && _line.TryDequeue(out var next))
        {
            _busy++;
            time.After(WorkTime, () =>
            {
                _busy--;
                if (IsAway)
                {
                    next.Answer.TrySetException(new HttpRequestException("connection reset"));
                }
                else if (next.Answer.TrySetResult(AnswerTo(next.Request)))
                {
                    Count(_answered, 1);
                }
                else
                {
                    GivenUp++;
                }

                Work();
            });
        }
    }

    private HttpResponseMessage AnswerTo(HttpRequestMessage request)
    {
        var isKey = request.RequestUri!.Query.Contains("keyname", StringComparison.Ordinal);
        var servers = request.RequestUri.AbsolutePath.Contains(":c0/", StringComparison.Ordinal) ? Servers : ServersElsewhere;
        var tag = new EntityTagHeaderValue($"\"{servers}\"", isWeak: true);
        if (!isKey && request.Headers.IfNoneMatch.Contains(tag))
        {
            return new HttpResponseMessage(HttpStatusCode.NotModified) { RequestMessage = request };
        }

        var response = new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StringContent($$"""{"result":true,"message":null,"resource":"{{(isKey ? string.Empty : servers)}}"}""", Encoding.UTF8, "application/json"),
        };
        response.Headers.ETag = tag;
        return response;
    }

    private void Count(List<int> series, int by) => Second(series)[^1] += by;

    private void Note(List<int> series, int value)
    {
        var now = Second(series);
        now[^1] = Math.Max(now[^1], value);
    }

    private List<int> Second(List<int> series)
    {
        while (series.Count <= time.Now.TotalSeconds)
        {
            series.Add(0);
        }

        return series;
    }
}
