using System.Collections.Concurrent;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Tests.Agent;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Security;

/// <summary>What goes over the wire, and by which way: the agent as a process.</summary>
public sealed class WireTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string Host = "k2hr3.test";

    private static readonly string[] Variables = ["http_proxy", "https_proxy", "no_proxy", "all_proxy"];

    private readonly TempDirectory _root = new();
    private readonly TestCertificates _authority = new();
    private readonly ConcurrentQueue<string> _requests = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plain_http_is_warned_about_once_in_each_process()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        var (_, output) = await world.TryBootstrapAsync();
        Assert.Equal(1, Count(output));

        await world.WatchAsync();
        var before = Registrations();
        world.Configure("30-more", "watch:\n  k2hr3_interval: 50s\n");
        ProcessSignal.Send(await world.DaemonPidAsync(), "SIGHUP");
        await world.UntilAsync(() => Registrations() > before, "the new settings are not taken");
        Assert.Equal(2, Count(world.Agent.Output));

        int Registrations() => world.K2hr3.Counts.ByKind.GetValueOrDefault(RequestKind.Register);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_used_for_https_and_sees_no_token()
    {
        await using var server = await ServeTlsAsync(Host);
        using var proxy = new ConnectProxy(server.Address.Port);
        var output = await AskAsync($"https://{Host}/", ("https_proxy", proxy.Address.ToString()));
        Assert.False(_requests.IsEmpty, output);
        Assert.All(_requests, request => Assert.Contains(Token, request, StringComparison.Ordinal));
        Assert.StartsWith($"CONNECT {Host}:443 ", Assert.Single(proxy.Heads), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, proxy.Heads.First(), StringComparison.Ordinal);
        Assert.Equal(0, Count(output));
    }

    [Fact]
    public async Task A_name_of_no_proxy_is_asked_directly()
    {
        await using var server = await ServeTlsAsync(null);
        using var proxy = new ConnectProxy(server.Address.Port);
        var output = await AskAsync(server.Address.ToString(), ("https_proxy", proxy.Address.ToString()), ("no_proxy", "elsewhere.test,127.0.0.1"));
        Assert.False(_requests.IsEmpty, output);
        Assert.Empty(proxy.Heads);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("elsewhere.test, test")]
    [InlineData(".test")]
    [InlineData("K2HR3.Test.")]
    [InlineData("k2hr3.test:443")]
    public async Task The_token_goes_by_no_proxy_where_no_proxy_says_so(string direct)
    {
        await using var server = await ServeTlsAsync(Host);
        using var proxy = new ConnectProxy(server.Address.Port);
        var output = await AskAsync($"https://{Host}/", ("https_proxy", proxy.Address.ToString()), ("no_proxy", direct));
        Assert.Empty(proxy.Heads);
        Assert.DoesNotContain(proxy.Address.Authority, output, StringComparison.Ordinal);
        Assert.Empty(_requests);
    }

    [Theory]
    [InlineData("127.0.0.0/8")]
    [InlineData("10.0.0.0/8 127.0.0.1")]
    public async Task An_address_of_no_proxy_is_asked_directly(string direct)
    {
        await using var proxy = await SmallServer.StartAsync(AnswerAsync);
        await using var server = await SmallServer.StartAsync(AnswerAsync);
        await AskAsync(server.Address.ToString(), ("http_proxy", proxy.Address.ToString()), ("no_proxy", direct));
        Assert.All(_requests, request => Assert.StartsWith("/v1/resource/", request, StringComparison.Ordinal));
        Assert.NotEmpty(_requests);
    }

    [Fact]
    public async Task A_proxy_of_the_settings_is_used_and_that_of_the_environment_not()
    {
        await using var server = await ServeTlsAsync(Host);
        using var proxy = new ConnectProxy(server.Address.Port);
        _root.Put("etc/k2hdkc-slave-agent/conf.d/9.yaml", $"k2hr3:\n  proxy: {proxy.Address}\n");
        await AskAsync($"https://{Host}/", ("https_proxy", "http://127.0.0.1:1"), ("no_proxy", "*"));
        Assert.NotEmpty(_requests);
        Assert.Single(proxy.Heads);
    }

    [Fact]
    public async Task With_none_in_the_settings_no_proxy_is_used()
    {
        await using var server = await ServeTlsAsync(null);
        _root.Put("etc/k2hdkc-slave-agent/conf.d/9.yaml", "k2hr3:\n  proxy: none\n");
        await AskAsync(server.Address.ToString(), ("https_proxy", "http://127.0.0.1:1"));
        Assert.NotEmpty(_requests);
    }

    [Theory]
    [InlineData("https", "http://user:secret@127.0.0.1:1")]
    [InlineData("http", "http://user:secret@127.0.0.1:1")]
    public async Task A_proxy_that_does_not_answer_is_named_without_its_password(string scheme, string proxy)
    {
        var output = await AskAsync($"{scheme}://{Host}/", ($"{scheme}_proxy", proxy));
        Assert.Contains("http://127.0.0.1:1", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https", 403)]
    [InlineData("https", 407)]
    [InlineData("http", 407)]
    public async Task A_proxy_that_refuses_is_named_with_its_answer(string scheme, int status)
    {
        await using var proxy = await SmallServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var output = await AskAsync($"{scheme}://{Host}/", ($"{scheme}_proxy", proxy.Address.ToString()));
        Assert.Contains(status.ToString(CultureInfo.InvariantCulture), output, StringComparison.Ordinal);
        Assert.Contains(proxy.Address.ToString().TrimEnd('/'), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_that_holds_no_proxy_is_named()
    {
        var output = await AskAsync($"https://{Host}/", ("https_proxy", "ftp://proxy.example"));
        Assert.Contains("https_proxy", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_used_for_http()
    {
        await using var proxy = await SmallServer.StartAsync(AnswerAsync);
        var output = await AskAsync($"http://{Host}/", ("http_proxy", proxy.Address.ToString()));
        Assert.False(_requests.IsEmpty, output);
        Assert.All(_requests, request => Assert.StartsWith($"http://{Host}/v1/resource/", request, StringComparison.Ordinal));
        Assert.Equal(1, Count(output));
    }

    [Theory]
    [InlineData("k2hr3.ca_file", "k2hr3:\n  ca_file: /nowhere.pem\n")]
    [InlineData("k2hr3.client_certificate", "k2hr3:\n  client_key: /etc/ca.pem\n")]
    public async Task Certificates_that_cannot_be_used_are_said_in_one_sentence_before_anybody_is_asked(string setting, string settings)
    {
        await using var server = await SmallServer.StartAsync(AnswerAsync);
        _root.Put("etc/k2hdkc-slave-agent/conf.d/9.yaml", settings);
        var output = await AskAsync(server.Address.ToString());
        Assert.Contains(setting, output, StringComparison.Ordinal);
        Assert.Empty(_requests);
    }

    public void Dispose()
    {
        _root.Dispose();
        _authority.Dispose();
    }

    private static int Count(string output) => output.Split("(PlainHttp)").Length - 1;

    private async Task<string> AskAsync(string address, params (string Name, string Value)[] environment)
    {
        _root.Put("etc/k2hdkc-slave-agent/agent.yaml", "k2hr3:\n  ca_file: /etc/ca.pem\n");
        _root.Put("etc/ca.pem", _authority.AuthorityPem);
        var result = await Cli.Wrap(AgentProgram.DefaultPath)
            .WithArguments([
                "regenerate", "--dry-run", "--root", _root.Path, "--api-uri", address, "--role", "yrn:yahoo:::t:role:c/slave", "--cuk", "c", "--tag", "h", "--token-file", "-"])
            .WithStandardInputPipe(PipeSource.FromString(Token))
            .WithEnvironmentVariables(variables =>
            {
                foreach (var name in Variables)
                {
                    variables.Set(name, null).Set(name.ToUpperInvariant(), null);
                }

                foreach (var (name, value) in environment)
                {
                    variables.Set(name, value);
                }
            })
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(Cancel);
        return result.StandardOutput + result.StandardError;
    }

    private Task<SmallServer> ServeTlsAsync(string? name) => SmallServer.StartTlsAsync(AnswerAsync, tls => tls.ServerCertificate = _authority.Server(name));

    private Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Features.Get<IHttpRequestFeature>()!.RawTarget} {context.Request.Headers["x-auth-token"]}");
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
