using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SlaveAgent.Sandbox.Serving;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.PageTests;

/// <summary>The page with worlds that a test makes up: many servers, bad names, every width, for those who do not see it.</summary>
public sealed partial class PageTests(Chromium chromium) : IAsyncLifetime
{
    private const string Markup = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";

    private readonly Feed _feed = new(TimeProvider.System);
    private readonly List<string> _begun = [];
    private PageServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await PageServer.StartAsync(_feed, line =>
    {
        _begun.Add(line);
        return new(line == "shrink" ? Markup : null, Task.CompletedTask);
    }, Cancel);

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Names_and_messages_with_markup_stay_text()
    {
        _feed.Show(World(3, Markup));
        _feed.Add(EntryKind.Problem, Markup);
        _feed.Begin(Markup);
        _feed.Progress(Markup);
        await using var tab = await chromium.OpenAsync(_server.Address);
        await tab.ShowsAsync("#rows th", Markup);
        await tab.ShowsAsync("#history p", Markup);
        await tab.ShowsAsync("#answer", Markup);
        await tab.ShowsAsync("#progress", Markup);
        _feed.Begin(null);
        await tab.Page.Locator("button[aria-disabled=false]:has-text('Shrink')").ClickAsync();
        await tab.ShowsAsync("#answer.bad", Markup);

        Assert.Equal(0, await tab.Page.Locator("img, #rows script, #history script, #picture script").CountAsync());
        Assert.DoesNotContain("taken", await tab.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(tab.Complaints, complaint => !complaint.Contains("409", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(360, 3)]
    [InlineData(360, 16)]
    [InlineData(768, 16)]
    [InlineData(1280, 16)]
    [InlineData(1920, 1)]
    public async Task Nothing_is_wider_than_the_window(int width, int servers)
    {
        _feed.Show(World(servers, "server-"));
        _feed.Add(EntryKind.Problem, new string('x', 500));
        await using var tab = await chromium.OpenAsync(_server.Address, width);
        await tab.ShowsAsync("#rows th", $"server-{servers}");
        Assert.True(await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
        // Every text of the picture is inside of it, which does not cut it off.
        var outside = await tab.Page.EvaluateAsync<string[]>("""
            (() => {
              const all = document.getElementById('see').getBoundingClientRect();
              return [...document.querySelectorAll('#picture text')].filter(text => text.getBBox().width > 0)
                .filter(text => { const box = text.getBoundingClientRect(); return box.left < all.left || box.right > all.right || box.top < all.top || box.bottom > all.bottom; })
                .map(text => text.textContent);
            })()
            """);
        Assert.Empty(outside);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Who_does_not_see_it_has_a_name_for_each_button_and_is_told_what_changes()
    {
        _feed.Show(World(3, "server-"));
        await using var tab = await chromium.OpenAsync(_server.Address);
        await tab.ShowsAsync("#rows th", "server-3");
        var tree = await tab.Page.Locator("body").AriaSnapshotAsync();
        var buttons = tree.Split('\n').Where(line => line.Contains("- button", StringComparison.Ordinal)).ToList();
        Assert.Equal(await tab.Page.Locator("button").CountAsync(), buttons.Count);
        Assert.All(buttons, button => Assert.Matches("- button \"[^\"]+\"", button));
        Assert.Equal(buttons.Count, buttons.Select(button => Name().Match(button).Value).Distinct().Count());
        Assert.Contains("- img \"", tree, StringComparison.Ordinal);
        Assert.Contains("- log \"", tree, StringComparison.Ordinal);
        Assert.Contains("- status", tree, StringComparison.Ordinal);
        Assert.Contains("- heading \"", tree, StringComparison.Ordinal);
        // Every button, the table and the history by the tab key alone, each with a visible focus.
        var reached = new HashSet<string>();
        for (var step = 0; step < 40; step++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            reached.Add(await tab.Page.EvaluateAsync<string>("document.activeElement.tagName + ' ' + (document.activeElement.getAttribute('aria-labelledby') ?? '')"));
            Assert.True(await tab.Page.EvaluateAsync<bool>("document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle === 'solid'"));
        }

        Assert.Equal(buttons.Count, reached.Count(element => element.StartsWith("BUTTON", StringComparison.Ordinal)));
        Assert.Contains(reached, element => element.StartsWith("SUMMARY", StringComparison.Ordinal));
        Assert.Contains(reached, element => element.StartsWith("DIV", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_what_is_new_is_announced_and_not_each_thing_that_is_waited_for()
    {
        _feed.Show(World(3, "server-"));
        _feed.Add(EntryKind.Step, "old");
        await using var tab = await chromium.OpenAsync(_server.Address);
        await tab.ShowsAsync("[role=log][aria-live=polite] > ol > li", "old");
        _feed.Begin("grow");
        _feed.Progress("chmpx is connected to 3 of 4");
        await tab.ShowsAsync("#progress", "3 of 4");
        Assert.Equal(0, await tab.Page.Locator("[role=status] #progress, [role=status]:has-text('3 of 4')").CountAsync());
        _feed.Begin(null);
        await tab.ShowsAsync("[role=status]#answer", "Ended: grow");
    }

    /// <summary>The contrast that WCAG asks for of text, in both schemes.</summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_is_told_from_its_ground_by_everybody(ColorScheme scheme)
    {
        await using var tab = await chromium.OpenAsync(_server.Address, scheme: scheme);
        var ratios = await tab.Page.EvaluateAsync<Dictionary<string, double>>("""
            (() => {
              const style = getComputedStyle(document.documentElement);
              const light = name => {
                const value = parseInt(style.getPropertyValue('--' + name).trim().slice(1), 16);
                const [r, g, b] = [value >> 16, value >> 8 & 255, value & 255].map(part => part / 255).map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
                return .2126 * r + .7152 * g + .0722 * b;
              };
              const result = {};
              for (const ink of ['ink', 'soft', 'blue', 'green', 'amber', 'red'])
                for (const ground of ['ground', 'card', 'faint'].concat({ ink: ['green-wash', 'amber-wash', 'red-wash'], soft: ['green-wash', 'amber-wash', 'red-wash', 'blue-wash'], blue: ['blue-wash'], green: ['green-wash'], amber: ['amber-wash', 'blue-wash'], red: ['red-wash'] }[ink])) {
                  const [high, low] = [light(ink), light(ground)].sort((a, b) => b - a);
                  result[`${ink} on ${ground}`] = (high + .05) / (low + .05);
                }
              return result;
            })()
            """);
        Assert.True(ratios.Count > 20);
        Assert.DoesNotContain(ratios, ratio => ratio.Value < 4.5);
    }

    [Fact]
    public async Task A_sandbox_that_has_ended_is_said_to_have()
    {
        _feed.Show(World(3, "server-"));
        await using var tab = await chromium.OpenAsync(_server.Address);
        await tab.ShowsAsync("#rows th", "server-3");
        await _server.DisposeAsync();
        await tab.ShowsAsync("#state.bad #headline", "does not answer");
        await tab.Button("Grow").ClickAsync(new() { Force = true });
        await tab.ShowsAsync("#answer.bad", " ");
        Assert.Empty(_begun);
    }

    private static WorldView World(int servers, string name) => new(
        new(null, servers),
        [.. Enumerable.Range(1, servers).Select(number => new ServerView($"id-{number}", $"{name}{number}",
            number == 2 ? ServerState.Down : number == 3 && servers > 3 ? ServerState.Off : ServerState.Up, IsListed: true,
            number == 2 ? LinkState.None : number == 3 && servers > 3 ? LinkState.Silent : LinkState.Connected))],
        new(AgentRuns: true, ChmpxRuns: true, "connected", IsPaused: false, 12, 12), IsCut: false, CanLoseConnections: true);

    [GeneratedRegex("\"[^\"]+\"")]
    private static partial Regex Name();
}
