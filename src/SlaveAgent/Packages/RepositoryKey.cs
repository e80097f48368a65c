using SlaveAgent.Files;

namespace SlaveAgent.Packages;

/// <summary>Reads a repository's public key, from a URL or from a file of the host.</summary>
public sealed class RepositoryKey(HostRoot root, string source)
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

    private const int MaxKeySize = 256 * 1024;

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(60);

    /// <returns>The key's text, or why it cannot be read.</returns>
    public async Task<(string? Key, string? Problem)> ReadAsync(CancellationToken cancel)
    {
        try
        {
            var text = source.StartsWith('/') ? await File.ReadAllTextAsync(root.At(source), cancel) : await DownloadAsync(cancel);
            return text.Contains(Begin, StringComparison.Ordinal) ? (text, null) : (null, $"{source} does not contain an ASCII armored public key");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or TaskCanceledException or InvalidOperationException)
        {
            cancel.ThrowIfCancellationRequested();
            return (null, $"its key cannot be read from {source} ({e.Message.TrimEnd('.')})");
        }
    }

    private async Task<string> DownloadAsync(CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = CommandTimeout, MaxResponseContentBufferSize = MaxKeySize };
        return await http.GetStringAsync(new Uri(source), cancel);
    }
}
