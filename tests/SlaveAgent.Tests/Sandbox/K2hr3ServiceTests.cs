using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Tests.Sandbox;

public sealed class K2hr3ServiceTests
{
    private static readonly DbaasCluster Cluster = new("tenant0", "dc");

    [Fact]
    public async Task cloud_init_gets_a_gzipped_multipart_with_the_four_values_filled_in()
    {
        await using var service = await StartAsync();
        service.SetUserData(new("#cloud-config\n", "#!/bin/sh\n{{= %K2HR3_ROLE_NAME% }} {{= %K2HR3_ROLE_TENANT% }} {{= %K2HR3_ROLE_TOKEN% }} {{= %K2HR3_API_HOST_URI% }}\n", null));
        var token = service.IssueToken(Cluster.SlaveRole);

        using var answer = await GetAsync(service, "/v1/userdata/" + token.RegisterPath, agent: "Cloud-Init/22.4.2");
        using var multipart = await ReadGzippedAsync(answer);

        Assert.Equal("multipart/mixed", multipart.ContentType.MimeType);
        var parts = multipart.Cast<MimePart>().ToList();
        Assert.Equal(["text/cloud-config", "text/x-shellscript"], parts.Select(part => part.ContentType.MimeType));
        Assert.Equal($"#!/bin/sh\n{Cluster.SlaveRole} yrn:yahoo:::tenant0 {token.Token} {service.Uri.ToString().TrimEnd('/')}\n", Text(parts[1]));
    }

    [Fact]
    public async Task A_cloud_init_before_0_7_9_gets_the_multipart_uncompressed()
    {
        await using var service = await StartAsync();
        service.SetUserData(new(null, "#!/bin/sh\n", null));
        using var answer = await GetAsync(service, "/v1/userdata/" + service.IssueToken(Cluster.SlaveRole).RegisterPath, agent: "Cloud-Init/0.7.5");
        Assert.Equal("multipart/mixed", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("1", answer.Headers.GetValues("Number-Attachments").Single());
        using var entity = await MimeEntity.LoadAsync(
            ContentType.Parse(answer.Content.Headers.ContentType.ToString()), await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
        Assert.Equal("k2hr3-init.sh", Assert.IsAssignableFrom<MimePart>(Assert.Single(Assert.IsType<Multipart>(entity))).FileName);
    }

    [Fact]
    public async Task A_bad_register_path_gets_200_and_the_error_script()
    {
        await using var service = await StartAsync();
        service.SetUserData(new("#cloud-config\n", "#!/bin/sh\n", "#!/bin/sh\necho '{{= %K2HR3_ERROR_MSG% }}'\n"));
        using var answer = await GetAsync(service, "/v1/userdata/nonsense", agent: "Cloud-Init/22.4.2");
        using var multipart = await ReadGzippedAsync(answer);
        var script = Assert.IsAssignableFrom<MimePart>(Assert.Single(multipart));
        Assert.Equal("k2hr3-init-error.sh", script.FileName);
        Assert.Contains("Get userdata path is invalid.", Text(script), StringComparison.Ordinal);
    }

    [Fact]
    public async Task extdata_is_available_to_one_user_agent()
    {
        await using var service = await StartAsync();
        service.SetExtData("agent", new("role {{= %K2HR3_ROLE_NAME% }}", UserAgent: "k2hdkc-slave-agent"));
        var path = "/v1/extdata/agent/" + service.IssueToken(Cluster.SlaveRole).RegisterPath;

        using var refused = await GetAsync(service, path, agent: "curl/8");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var answer = await GetAsync(service, path, agent: "k2hdkc-slave-agent");
        Assert.Equal($"role {Cluster.SlaveRole}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var unknown = await GetAsync(service, "/v1/extdata/other/x", agent: "k2hdkc-slave-agent");
        Assert.Contains("does not exist", await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store-paused", 401, "is not existed, because it is expired or not set yet.")]
    [InlineData("store-gone", 500, "Internal server error")]
    [InlineData("mid-request", 404, "Could not get resource data for resource yrn: yrn:yahoo:::tenant0:resource:dc/slave")]
    [InlineData("status:503", 503, "Internal server error")]
    [InlineData("slow", 200, "[GLOBAL]")]
    public async Task A_failing_store_answers_as_recorded(string mode, int status, string expected)
    {
        await using var service = await StartAsync();
        await service.SetOutageAsync(Outage.Parse(mode, TimeSpan.FromMilliseconds(50)), TestContext.Current.CancellationToken);
        using var answer = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: service.IssueToken(Cluster.SlaveRole).Token);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(expected, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_service_refuses_connections_and_comes_back_on_the_same_port()
    {
        await using var service = await StartAsync();
        await service.SetOutageAsync(new(OutageMode.Stopped), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(service, "/"));
        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
        await service.SetOutageAsync(Outage.None, TestContext.Current.CancellationToken);
        using var answer = await GetAsync(service, "/");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_waiting_for_a_paused_store_is_answered_when_it_is_resumed()
    {
        await using var service = await StartAsync();
        await service.SetOutageAsync(new(OutageMode.StorePaused, TimeSpan.FromHours(1)), TestContext.Current.CancellationToken);
        var asked = GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: service.IssueToken(Cluster.SlaveRole).Token);
        while (service.Counts[RequestKind.Resource] == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        await service.SetOutageAsync(Outage.None, TestContext.Current.CancellationToken);
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Requests_are_counted_by_kind_and_304s_separately()
    {
        await using var service = await StartAsync();
        var token = service.IssueToken(Cluster.SlaveRole).Token;
        using var first = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: token);
        using var second = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: token, known: first.Headers.ETag!.ToString());
        using var key = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}?type=keys&keyname=chmpx-mode", token: token);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal((3, 1, 2, 1), (service.Counts.Total, service.Counts.NotModified, service.Counts[RequestKind.Resource], service.Counts[RequestKind.Keys]));
    }

    [Fact]
    public async Task A_token_expires_and_can_be_revoked()
    {
        var time = new FakeTimeProvider();
        await using var service = await StartAsync(time);
        var brief = service.IssueToken(Cluster.SlaveRole, TimeSpan.FromHours(1)).Token;
        var lasting = service.IssueToken(Cluster.SlaveRole).Token;
        time.Advance(TimeSpan.FromHours(2));
        using var expired = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: brief);
        using var good = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: lasting);
        service.RevokeToken(lasting);
        using var revoked = await GetAsync(service, $"/v1/resource/{Cluster.SlaveResource}", token: lasting);
        Assert.Equal([401, 200, 401], [(int)expired.StatusCode, (int)good.StatusCode, (int)revoked.StatusCode]);
    }

    [Fact]
    public async Task An_answer_can_be_observed_replaced_and_cut_off()
    {
        await using var service = await StartAsync();
        service.OnAnswer = (request, answer) => request.Path == "/" ? answer with { CutAfter = 5 } : answer with { Status = 418 };
        await Assert.ThrowsAnyAsync<Exception>(() => GetAsync(service, "/"));
        using var answer = await GetAsync(service, "/v1");
        Assert.Equal(418, (int)answer.StatusCode);
    }

    [Fact]
    public async Task The_repository_key_is_served_even_while_the_store_is_down()
    {
        await using var service = await StartAsync();
        await service.SetOutageAsync(new(OutageMode.StoreGone), TestContext.Current.CancellationToken);
        using var answer = await GetAsync(service, "/antpickax/gpgkey");
        Assert.StartsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_hosts_may_share_an_address_and_each_unregisters_alone()
    {
        await using var service = await StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Add("x-auth-token", "R=" + service.IssueToken(Cluster.SlaveRole).Token);
        foreach (var cuk in (string[])["a", "b"])
        {
            using var put = await client.PutAsync(new Uri(service.Uri, $"/v1/role/{Cluster.SlaveRole}?cuk={cuk}&extra=openstack-auto-v1&tag={cuk}"), null, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }
        client.DefaultRequestHeaders.Clear();
        using var left = await client.DeleteAsync(new Uri(service.Uri, $"/v1/role/{Cluster.SlaveRole}?cuk=a"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
        Assert.Equal("b", Assert.Single(service.Hosts(Cluster.SlaveRole)).Cuk);
    }

    private static async Task<K2hr3Service> StartAsync(TimeProvider? time = null)
    {
        var service = await K2hr3Service.StartAsync(time: time, cancellationToken: TestContext.Current.CancellationToken);
        service.CreateCluster(Cluster);
        return service;
    }

    private static async Task<HttpResponseMessage> GetAsync(K2hr3Service service, string path, string? agent = null, string? token = null, string? known = null)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Uri.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in (IEnumerable<(string, string?)>)[("User-Agent", agent), ("x-auth-token", token is null ? null : "R=" + token), ("If-None-Match", known)])
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<Multipart> ReadGzippedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/zip", answer.Content.Headers.ContentType!.MediaType);
        await using var gzip = new GZipStream(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await gzip.CopyToAsync(plain, TestContext.Current.CancellationToken);
        plain.Position = 0;
        return Assert.IsType<Multipart>(await MimeEntity.LoadAsync(plain, TestContext.Current.CancellationToken));
    }

    private static string Text(MimePart part)
    {
        using var content = new MemoryStream();
        part.Content!.DecodeTo(content);
        return Encoding.UTF8.GetString(content.ToArray());
    }
}
