namespace SlaveAgent.PageTests;

/// <summary>A person with a browser and a keyboard, the real page, and the real agent behind it.</summary>
public sealed class SandboxPageTests(Chromium chromium)
{
    /// <summary>The file into which the picture in README.md is taken; by default none is.</summary>
    private const string Screenshot = "SLAVE_AGENT_SCREENSHOT";

    [Fact]
    public async Task Servers_are_added_lost_and_replaced_by_keyboard_and_the_slave_follows()
    {
        chromium.SkipWithout();
        var (sandbox, address) = await ServedSandbox.StartAsync();
        await using var running = sandbox;
        await using var tab = await chromium.OpenAsync(address, height: 1000);
        await tab.ShowsAsync("#state.good #headline", "Connected to all 3 servers");

        await PressAsync(tab, "Grow");
        await tab.ShowsAsync("#state.good #headline", "Connected to all 4 servers");
        await tab.ShowsAsync("#rows tr", "server-4upyesconnected");
        await tab.ShowsAsync("#picture text", "server-4");
        await tab.ShowsAsync("#history .generation", "+server-4");
        // Whoever pressed it can press again.
        Assert.True(await tab.Button("Grow").EvaluateAsync<bool>("button => button === document.activeElement"));

        await PressAsync(tab, "Lose a server");
        await tab.ShowsAsync("#rows tr", "server-1downyesnone");
        await tab.ShowsAsync("#state.some #headline", "Connected to all 3 servers that run");
        if (Environment.GetEnvironmentVariable(Screenshot) is { } file)
        {
            await tab.Page.ScreenshotAsync(new() { Path = file, Clip = new() { Width = 1280, Height = 1000 } });
        }

        await PressAsync(tab, "Replace failed servers");
        await tab.ShowsAsync("#state.good #headline", "Connected to all 4 servers");
        await tab.ShowsAsync("#rows tr", "server-5upyesconnected");

        await PressAsync(tab, "Pause the agent");
        await tab.ShowsAsync("#picture text", "paused");
        await PressAsync(tab, "Grow");
        await PressAsync(tab, "Resume the agent");
        await tab.ShowsAsync("#state.good #headline", "Connected to all 5 servers");

        // What is there for some seconds only is kept by the page itself, however late this test looks.
        await tab.RememberAsync("#rows", "#subline", "#headline");
        await PressAsync(tab, "Power off a server");
        await tab.ShowedAsync("server-2no power");
        await tab.ShowsAsync("#rows tr", "server-2down");

        await PressAsync(tab, "Cut the slave's network");
        await tab.ShowedAsync("Connected to no server");
        await tab.ShowsAsync("#state.some #headline", "Connected to all 4 servers that run");

        // K2HR3 refuses connections during a cut, too: the page forgets that once the cut has ended, before which this button cannot be pressed.
        await EnabledAsync(tab, "Outage of K2HR3");
        await tab.RememberAsync("#subline");
        await PressAsync(tab, "Outage of K2HR3");
        await tab.ShowedAsync("refuses connections");
        // So that it can be ended, however late that is.
        Assert.True(await tab.Page.EvaluateAsync<bool>("fetch('commands', { method: 'POST', headers: { 'Content-Type': 'text/x-command' }, body: 'outage 3600' }).then(reply => reply.ok)"));
        await PressAsync(tab, "End the outage of K2HR3");
        await tab.Page.WaitForFunctionAsync("() => !document.getElementById('subline').textContent.includes('refuses')");

        await PressAsync(tab, "Restore from backup");
        await tab.ShowsAsync("#state.good #headline", "Connected to all 3 servers");
        Assert.Empty(tab.Complaints);
    }

    private static Task EnabledAsync(Tab tab, string button) => tab.Page.Locator($"button[aria-disabled=false]:has-text(\"{button}\")").WaitForAsync();

    private static async Task PressAsync(Tab tab, string button)
    {
        await EnabledAsync(tab, button);
        await tab.Button(button).FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
    }
}
