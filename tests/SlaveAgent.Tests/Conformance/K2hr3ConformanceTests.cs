using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Conformance;

/// <summary>
/// K2HR3's habits that no recorded exchange of RecordingReplayTests holds: numbers as key values, long names, and how long a store in
/// trouble takes.
/// </summary>
public sealed class K2hr3ConformanceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_whose_value_was_posted_as_a_number_is_answered_as_a_number()
    {
        await using var service = await K2hr3Service.StartAsync(cancellationToken: Cancel);
        await PostAsync(service, "resource", """{"resource":{"name":"c/slave","type":"string","data":"","keys":{"chmpx-mode":"SLAVE","k2hdkc-dbaas-add-user":1,"k2hr3-init-packages":""}}}""");
        await PostAsync(service, "policy", """{"policy":{"name":"p","effect":"allow","action":["yrn:yahoo::::action:read"],"resource":["yrn:yahoo:::tenant0:resource:c/slave"]}}""");
        await PostAsync(service, "role", """{"role":{"name":"c/slave","policies":["yrn:yahoo:::tenant0:policy:p"],"alias":[]}}""");
        var token = service.IssueToken(Yrn.Role("tenant0", "c/slave")).Token;

        Assert.Equal("""{"result":true,"message":null,"resource":1}""", await KeyAsync(service, "tenant0", "c/slave", "k2hdkc-dbaas-add-user", token));
        Assert.Equal("""{"result":true,"message":null,"resource":"SLAVE"}""", await KeyAsync(service, "tenant0", "c/slave", "chmpx-mode", token));
        Assert.Equal("""{"result":true,"message":null,"resource":""}""", await KeyAsync(service, "tenant0", "c/slave", "k2hr3-init-packages", token));
    }

    [Fact]
    public async Task A_role_of_todays_Trove_has_three_empty_lists_and_a_number_and_one_of_the_CLI_its_lists()
    {
        await using var service = await K2hr3Service.StartAsync(cancellationToken: Cancel);
        foreach (var (maker, lists, user) in (IEnumerable<(RoleMaker, string[], string)>)
        [
            (RoleMaker.Trove, ["\"\"", "\"\"", "\"\""], "1"),
            (RoleMaker.Cli, ["\"\"", "\"k2hdkc-dbaas-override-conf,k2hr3-get-resource,chmpx\"", "\"chmpx.service,k2hr3-get-resource.timer\""], "404"),
        ])
        {
            var cluster = new DbaasCluster("tenant0", $"made-by-{maker}".ToLowerInvariant()) { Maker = maker };
            service.CreateCluster(cluster);
            var token = service.IssueToken(cluster.SlaveRole).Token;
            string[] keys = ["k2hr3-init-packages", "k2hr3-init-packagecloud-packages", "k2hr3-init-systemd-packages"];
            foreach (var (key, value) in keys.Zip(lists))
            {
                Assert.Equal($$"""{"result":true,"message":null,"resource":{{value}}}""", await KeyAsync(service, "tenant0", cluster.SlaveResource.Path, key, token));
            }
            var answer = await KeyAsync(service, "tenant0", cluster.SlaveResource.Path, "k2hdkc-dbaas-add-user", token);
            Assert.Contains(user == "404" ? "does not have value for type(keys[k2hdkc-dbaas-add-user])" : $"\"resource\":{user}}}", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unset_key_of_a_long_tenant_says_so_only_after_two_hundred_characters()
    {
        await using var service = await K2hr3Service.StartAsync(cancellationToken: Cancel);
        // As Keystone names tenants: 32 letters.
        var tenant = new string('b', 32);
        var cluster = new DbaasCluster(tenant, "a-cluster-with-a-long-name");
        service.CreateCluster(cluster);

        var answer = await KeyAsync(service, tenant, cluster.SlaveResource.Path, "no-such-key", service.IssueToken(cluster.SlaveRole).Token);

        using var json = JsonDocument.Parse(answer);
        var message = json.RootElement.GetProperty("message").GetString()!;
        // The recorded sentence, with these names.
        Assert.Equal($"resource({cluster.SlaveResource}) by role({cluster.SlaveRole.Path}) in tenant({tenant}) does not have value for type(keys[no-such-key]) data.", message);
        Assert.True(message.IndexOf("does not have value", StringComparison.Ordinal) + "does not have value".Length > 200, message);
    }

    [Theory]
    [InlineData("store-paused", 1.0, 21.7, 401)]
    [InlineData("store-cut-off", 1.0, 29.5, 401)]
    [InlineData("store-paused", 0.5, 10.85, 401)]
    [InlineData("store-gone", 1.0, 0.0, 500)]
    public async Task A_store_in_trouble_answers_when_the_recorded_one_did(string mode, double timeScale, double seconds, int status)
    {
        var time = new FakeTimeProvider();
        await using var service = await K2hr3Service.StartAsync(time: time, timeScale: timeScale, cancellationToken: Cancel);
        var cluster = new DbaasCluster("tenant0", "c");
        service.CreateCluster(cluster);
        await service.SetOutageAsync(Outage.Parse(mode), Cancel);

        var asked = GetAsync(service, $"/v1/resource/{cluster.SlaveResource}", service.IssueToken(cluster.SlaveRole).Token);
        await Eventually.IsTrueAsync(() => service.Counts[RequestKind.Resource] == 1, "the question arrives");
        if (seconds > 0)
        {
            time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.False(asked.IsCompleted);
            // The delay may begin a little after the question was counted.
            await Eventually.IsTrueAsync(() =>
            {
                time.Advance(TimeSpan.FromSeconds(0.2));
                return asked.IsCompleted;
            }, "the answer");
        }
        using var answer = await asked;
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private static async Task PostAsync(K2hr3Service service, string kind, string body)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Add("x-auth-token", "U=" + service.AdminToken);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(service.Uri, $"/v1/{kind}"), content, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task<string> KeyAsync(K2hr3Service service, string tenant, string path, string key, string token)
    {
        using var answer = await GetAsync(service, $"/v1/resource/{Yrn.Resource(tenant, path)}?type=keys&keyname={key}", token);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    private static async Task<HttpResponseMessage> GetAsync(K2hr3Service service, string path, string token)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Add("x-auth-token", "R=" + token);
        return await client.GetAsync(new Uri(service.Uri, path), Cancel);
    }
}
