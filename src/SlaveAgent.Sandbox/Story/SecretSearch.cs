using System.Collections.Concurrent;

namespace SlaveAgent.Sandbox.Story;

/// <summary>Looks where a role token must never be: command lines while the story goes on, and at its end output, files and the log of calls.</summary>
internal sealed class SecretSearch : IAsyncDisposable
{
    // Where it belongs: the file that other tools read it from, and the agent's own copy of the identity.
    private static readonly string[] Kept = ["etc/antpickax/k2hr3-role-token", "var/lib/k2hdkc-slave-agent/identity/"];

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly string secret;
    private readonly ConcurrentDictionary<string, byte> found = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task watching;

    public SecretSearch(string secret)
    {
        this.secret = secret;
        watching = WatchAsync(stopping.Token);
    }

    public int LookedAtProcesses { get; private set; }

    /// <summary>Each place where the secret was found; a place where it is kept only when others than its owner may read it.</summary>
    public IReadOnlyList<string> Find(string agentOutput, string root)
    {
        if (agentOutput.Contains(secret, StringComparison.Ordinal))
        {
            found["the agent's output"] = 0;
        }
        foreach (var path in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (!Holds(path))
            {
                continue;
            }
            if (!Kept.Any(kept => path.StartsWith(Path.Combine(root, kept), StringComparison.Ordinal)) || File.GetUnixFileMode(path) != (UnixFileMode.UserRead | UnixFileMode.UserWrite))
            {
                found[path] = 0;
            }
        }
        return [.. found.Keys];
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                foreach (var directory in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[^1])))
                {
                    LookedAtProcesses++;
                    if (Holds(Path.Combine(directory, "cmdline")))
                    {
                        found["the command line of a process"] = 0;
                    }
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The story is over.
        }
    }

    private bool Holds(string path)
    {
        try
        {
            return File.ReadAllText(path).Contains(secret, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that has ended, or a file that is just being replaced.
            return false;
        }
    }
}
