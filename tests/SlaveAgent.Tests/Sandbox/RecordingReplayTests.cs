using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Tests.Sandbox;

public sealed partial class RecordingReplayTests
{
    private const string RecordedAdminToken = "b8afde17e56c24a96f91c54d4aefd1e2eb56f23bc62b38653964f11ce0a98cde";

    [Fact]
    public async Task Every_recorded_request_gets_the_recorded_answer()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var service = await K2hr3Service.StartAsync(cancellationToken: cancellation);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var renamed = new Dictionary<string, string> { [RecordedAdminToken] = service.AdminToken };
        foreach (var recording in Recording.All())
        {
            using var request = Request(recording, service.Uri, text => Rename(text, renamed));
            using var response = await client.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsStringAsync(cancellation);

            Assert.True(recording.Status == (int)response.StatusCode, $"{recording.Name}: {(int)response.StatusCode} {body}");
            Learn(recording.Answer, body, renamed);
            var expected = WithoutDates(Rename(recording.Answer, renamed));
            Assert.True(expected == WithoutDates(body), $"{recording.Name}:\n{expected}\n{body}");
            AssertHeaders(recording, response, sameBody: body == recording.Answer);
        }
    }

    [Fact]
    public void There_are_recordings_of_every_kind() => Assert.InRange(Recording.All().Count, 60, 90);

    [Fact]
    public async Task The_resource_of_a_cluster_equals_that_of_DBaaS_byte_for_byte()
    {
        await using var service = await K2hr3Service.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var cluster = new DbaasCluster("tenant0", "dc");
        service.CreateCluster(cluster);
        service.RegisterHost(cluster.ServerRole, new("10.98.7.12", "cuk-svr2", "svr2", InboundIp: "10.98.7.12"));
        service.RegisterHost(cluster.ServerRole, new("10.98.7.11", "cuk-svr1", "svr1", InboundIp: "10.98.7.11"));
        service.RegisterHost(cluster.SlaveRole, new("10.98.7.31", "cuk-slv1", "slv1", InboundIp: "10.98.7.31"));

        var ini = await ResourceTextAsync(service, cluster);

        var recorded = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Fixtures", "k2hr3", "dbaas-slave-2-servers.ini"), TestContext.Current.CancellationToken);
        Assert.Equal(recorded, ini);
    }

    [Fact]
    public async Task A_cluster_without_a_slave_lists_the_dummy()
    {
        await using var service = await K2hr3Service.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var cluster = new DbaasCluster("tenant0", "dc");
        service.CreateCluster(cluster);

        Assert.Contains("CUK                 = dummy_cuk", await ResourceTextAsync(service, cluster), StringComparison.Ordinal);
    }

    private static async Task<string> ResourceTextAsync(K2hr3Service service, DbaasCluster cluster)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Add("x-auth-token", "R=" + service.IssueToken(cluster.SlaveRole).Token);
        var answer = await client.GetStringAsync(new Uri(service.Uri, $"/v1/resource/{cluster.SlaveResource}"), TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("resource").GetString()!;
    }

    private static HttpRequestMessage Request(Recording recording, Uri service, Func<string, string> rename)
    {
        // The recorded %zz must be sent unchanged.
        var uri = new Uri(service.ToString().TrimEnd('/') + rename(recording.Target), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new(recording.Method), uri);
        request.Headers.Add("X-Forwarded-For", recording.Client);
        foreach (var (name, value) in recording.RequestHeaders)
        {
            if (name is not ("Host" or "Content-Type" or "Content-Length"))
            {
                request.Headers.TryAddWithoutValidation(name, rename(value));
            }
        }
        if (recording.Body is { } body)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        return request;
    }

    private static void AssertHeaders(Recording recording, HttpResponseMessage response, bool sameBody)
    {
        foreach (var (name, value) in recording.ResponseHeaders)
        {
            // Tokens and paths of this run lead to other lengths and tags.
            if (name == "Date" || (!sameBody && name is "Content-Length" or "ETag"))
            {
                continue;
            }
            var found = response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values);
            Assert.True(found && string.Join(", ", values!) == value, $"{recording.Name}: {name} is {string.Join(", ", values ?? ["missing"])}, not {value}");
        }
    }

    private static void Learn(string recorded, string actual, Dictionary<string, string> renamed)
    {
        foreach (var (was, now) in Opaque().Matches(recorded).Zip(Opaque().Matches(actual)))
        {
            renamed.TryAdd(was.Groups[1].Value, now.Groups[1].Value);
        }
    }

    private static string Rename(string text, Dictionary<string, string> renamed) =>
        renamed.Aggregate(text, (current, pair) => current.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    private static string WithoutDates(string text) => Dates().Replace(text, "<date>");

    [GeneratedRegex("\"(?:token|registerpath)\":\"([^\"]+)\"")]
    private static partial Regex Opaque();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")]
    private static partial Regex Dates();
}
