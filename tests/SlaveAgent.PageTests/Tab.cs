using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace SlaveAgent.PageTests;

/// <summary>One page in the browser. What its script or its policy complains of is kept.</summary>
public sealed class Tab : IAsyncDisposable
{
    /// <summary>For a build machine at its worst, in milliseconds.</summary>
    private const float Limit = 120_000;

    private readonly ConcurrentQueue<string> _complaints = new();

    public Tab(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(Limit);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Waits until an element of the picture, the table or elsewhere has a text.</summary>
    public Task ShowsAsync(string selector, string text) => Page.Locator(selector, new() { HasText = text }).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>From now on keeps each text that these elements have.</summary>
    public Task RememberAsync(params string[] selectors) => Page.EvaluateAsync(
        """
        selectors => {
          window.shown = new Set();
          const look = () => selectors.forEach(selector => window.shown.add(document.querySelector(selector).textContent));
          new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
        }
        """, selectors);

    /// <summary>Waits until one of those elements has, or had, a text.</summary>
    public Task ShowedAsync(string text) => Page.WaitForFunctionAsync("text => [...window.shown].some(shown => shown.includes(text))", text);

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public async ValueTask DisposeAsync() => await Page.CloseAsync();
}
