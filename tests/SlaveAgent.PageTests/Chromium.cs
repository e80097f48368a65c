using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(SlaveAgent.PageTests.Chromium))]

namespace SlaveAgent.PageTests;

/// <summary>Debian's chromium, driven by Playwright.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    /// <summary>For a build machine at its worst, in milliseconds.</summary>
    private const float StartTimeout = 120_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Program))
        {
            _playwright = await Playwright.CreateAsync();
            // Its own sandbox needs user namespaces, which root and containers often do not have; it opens nothing but this project's page.
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"], Timeout = StartTimeout });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is { } browser)
        {
            await browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Skips the test where there is none.</summary>
    public void SkipWithout() => Assert.SkipUnless(_browser is not null, $"{Program} is not here (Debian's package chromium)");

    /// <summary>Opens an address in a window of this size.</summary>
    public async Task<Tab> OpenAsync(Uri address, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        SkipWithout();
        var page = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        var tab = new Tab(page);
        await page.GotoAsync($"{address}");
        return tab;
    }
}
