using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace SlaveAgent.Tests.Support;

/// <summary>A real HTTP server on a free loopback port; each test says what it answers.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SmallServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.First());

    /// <param name="at">An address of the loopback; by default 127.0.0.1.</param>
    public static Task<SmallServer> StartAsync(RequestDelegate answer, IPAddress? at = null) => StartAsync(answer, _ => { }, at);

    public static Task<SmallServer> StartTlsAsync(RequestDelegate answer, Action<HttpsConnectionAdapterOptions> tls) => StartAsync(answer, listen => listen.UseHttps(tls), null);

    private static async Task<SmallServer> StartAsync(RequestDelegate answer, Action<ListenOptions> shape, IPAddress? at)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(at ?? IPAddress.Loopback, 0, shape);
            options.AddServerHeader = false;
        });
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new SmallServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
