using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox.Serving;

/// <summary>The page: shows the feed, and takes commands. On loopback only, for those who know its address.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private const int LongestCommand = 1000;

    private static readonly Lazy<string> Page = new(ReadPage);

    private readonly Feed _feed;
    private readonly Func<string, SessionReply> _start;
    private readonly WebApplication _app;
    private PageGuard? _guard;

    private PageServer(Feed feed, Func<string, SessionReply> start)
    {
        (_feed, _start) = (feed, start);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestCommand;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        // Who watches does so until the end.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Use(ProtectAsync);
        _app.MapGet("/{token}/", WritePageAsync);
        _app.MapGet("/{token}/events", WriteEventsAsync);
        _app.MapPost("/{token}/commands", TakeCommandAsync);
    }

    /// <summary>With the token: whoever has it may use the page.</summary>
    public Uri Address { get; private set; } = null!;

    /// <param name="start">What a command's line is given to.</param>
    public static async Task<PageServer> StartAsync(Feed feed, Func<string, SessionReply> start, CancellationToken cancellationToken)
    {
        var server = new PageServer(feed, start);
        await server._app.StartAsync(cancellationToken);
        var port = new Uri(server._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()).Port;
        server._guard = new(port);
        server.Address = new($"http://127.0.0.1:{port}/{server._guard.Token}/");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static string ReadPage()
    {
        using var reader = new StreamReader(typeof(PageServer).Assembly.GetManifestResourceStream("page.html")!);
        return reader.ReadToEnd();
    }

    private static async Task RefuseAsync(HttpResponse response, int status, string reason)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        await response.WriteAsync(reason + "\n");
    }

    private async Task ProtectAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (_guard is not { } guard)
        {
            // Its port is known only once it listens.
            await RefuseAsync(context.Response, StatusCodes.Status503ServiceUnavailable, "The page is about to begin.");
            return;
        }
        if (guard.Refusal(context.Request) is { } reason)
        {
            await RefuseAsync(context.Response, StatusCodes.Status403Forbidden, reason);
            return;
        }
        await next(context);
    }

    private async Task WritePageAsync(HttpContext context)
    {
        // Without the last slash, what the page asks for would lie beside the token.
        if (!context.Request.Path.Value!.EndsWith('/'))
        {
            context.Response.Redirect($"/{_guard!.Token}/");
            return;
        }
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Page.Value.Replace("{{nonce}}", nonce, StringComparison.Ordinal), context.RequestAborted);
    }

    /// <summary>Server-sent events.</summary>
    private async Task WriteEventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        try
        {
            await foreach (var news in _feed.WatchAsync(context.RequestAborted))
            {
                // JSON has no line breaks here.
                await context.Response.WriteAsync($"event: {news.Name}\ndata: {news.Json}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the sandbox ends.
        }
    }

    private async Task TakeCommandAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        // A type that no form can send.
        if (request.ContentType != "text/x-command")
        {
            await RefuseAsync(response, StatusCodes.Status415UnsupportedMediaType, "A command is of the type text/x-command.");
            return;
        }
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var reply = _start(await reader.ReadToEndAsync(context.RequestAborted));
        if (reply.Refusal is { } reason)
        {
            await RefuseAsync(response, StatusCodes.Status409Conflict, reason);
            return;
        }
        response.StatusCode = StatusCodes.Status202Accepted;
    }
}
