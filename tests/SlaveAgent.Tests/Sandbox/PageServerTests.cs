using System.Net;
using System.Text;
using SlaveAgent.Sandbox.Serving;
using SlaveAgent.Sandbox.Viewing;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>Who may use the sandbox's page: whoever has its address, and no other page in the same browser.</summary>
public sealed class PageServerTests : IAsyncLifetime
{
    private readonly Feed _feed = new(TimeProvider.System);
    private readonly List<string> _begun = [];
    private readonly HttpClient _http = new();
    private PageServer _page = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Origin => _page.Address.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync() => _page = await PageServer.StartAsync(_feed, line =>
    {
        _begun.Add(line);
        return new(line == "no" ? "because" : null, Task.CompletedTask);
    }, Cancel);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _page.DisposeAsync();
    }

    [Fact]
    public async Task A_command_of_its_own_is_begun()
    {
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("commands", "grow"));
        Assert.Equal(["grow"], _begun);
    }

    [Fact]
    public async Task A_command_that_makes_no_sense_is_refused_with_the_reason()
    {
        using var request = Post(new(_page.Address, "commands"), "no");
        request.Headers.Add("Origin", Origin);
        using var answer = await _http.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.Conflict, "because\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel)));
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("http://127.0.0.1")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task A_command_of_another_page_is_refused(string? origin)
    {
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync("commands", "grow", origin));
        Assert.Empty(_begun);
    }

    [Theory]
    [InlineData("/commands")]
    [InlineData("/00000000000000000000000000000000/commands")]
    [InlineData("//commands")]
    public async Task Without_the_token_a_command_is_refused(string path)
    {
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(path, "grow"));
        Assert.Empty(_begun);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/events")]
    [InlineData("/00000000000000000000000000000000/")]
    public async Task Without_the_token_nothing_is_shown(string path)
    {
        using var answer = await _http.GetAsync(new Uri(Origin + path), HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    /// <summary>DNS rebinding: a name of somebody else's that resolves to this machine.</summary>
    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "events")]
    [InlineData("POST", "commands")]
    public async Task By_another_name_of_this_machine_nothing_is_answered(string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(_page.Address, path));
        request.Headers.Host = $"attacker.example:{_page.Address.Port}";
        request.Headers.Add("Origin", $"http://attacker.example:{_page.Address.Port}");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(_begun);
    }

    [Fact]
    public async Task What_a_form_can_send_is_no_command()
    {
        using var request = Post(new(_page.Address, "commands"), "grow", "text/plain");
        request.Headers.Add("Origin", Origin);
        using var answer = await _http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Empty(_begun);
    }

    [Fact]
    public async Task A_page_of_another_origin_can_neither_read_nor_frame_it_and_it_runs_its_own_script_only()
    {
        using var answer = await _http.GetAsync(_page.Address, Cancel);
        var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("no-referrer", string.Join(' ', answer.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task Who_watches_is_told_what_there_was_and_what_is_new()
    {
        _feed.Add(EntryKind.Step, "first");
        using var answer = await _http.GetStreamAsync(new Uri(_page.Address, "events"), Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        using var reader = new StreamReader(answer);
        await UntilAsync(reader, "first");
        await UntilAsync(reader, "event: ready");
        _feed.Add(EntryKind.Step, "second");
        await UntilAsync(reader, "second");
    }

    [Fact]
    public async Task Who_has_gone_is_told_nothing_more()
    {
        using (var answer = await _http.GetStreamAsync(new Uri(_page.Address, "events"), Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel))
        {
            using var reader = new StreamReader(answer);
            await UntilAsync(reader, "event: ready");
            Assert.Equal(1, _feed.Watchers);
        }

        await Eventually.IsTrueAsync(() => _feed.Watchers == 0, "it is told no more");
    }

    [Fact]
    public async Task The_address_without_its_last_slash_leads_to_the_page()
    {
        using var answer = await _http.GetAsync(new Uri(_page.Address.AbsoluteUri.TrimEnd('/')), Cancel);
        Assert.Equal((HttpStatusCode.OK, _page.Address), (answer.StatusCode, answer.RequestMessage!.RequestUri));
    }

    private static async Task UntilAsync(StreamReader reader, string text)
    {
        string? line;
        do
        {
            line = await reader.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.True(line is not null, $"the events ended without '{text}'");
        }
        while (!line.Contains(text, StringComparison.Ordinal));
    }

    private static HttpRequestMessage Post(Uri address, string line, string type = "text/x-command")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(line)) };
        request.Content.Headers.ContentType = new(type);
        return request;
    }

    private Task<HttpStatusCode> PostAsync(string path, string line) => PostAsync(path, line, Origin);

    private async Task<HttpStatusCode> PostAsync(string path, string line, string? origin)
    {
        using var request = Post(path.StartsWith('/') ? new Uri(Origin + path) : new Uri(_page.Address, path), line);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await _http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
