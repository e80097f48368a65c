using SlaveAgent.Files;

namespace SlaveAgent.Packages;

/// <summary>Reads a repository's public key, over https or from a file of the host.</summary>
/// <param name="fingerprints">Those that every key in it must have one of; empty: any.</param>
public sealed class RepositoryKey(HostRoot root, string source, IReadOnlyList<string> fingerprints)
{
    private const int MaxKeySize = 256 * 1024;

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(60);

    /// <returns>The key's text, or why it cannot be used.</returns>
    public async Task<(string? Key, string? Problem)> ReadAsync(CancellationToken cancel)
    {
        try
        {
            var text = source.StartsWith('/') ? RegularFile.ReadText(root.At(source)) : await DownloadAsync(cancel);
            return Problem(text) is { } problem ? (null, problem) : (text, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or TaskCanceledException or InvalidOperationException)
        {
            cancel.ThrowIfCancellationRequested();
            return (null, $"its key cannot be read from {source} ({e.Message.TrimEnd('.')})");
        }
    }

    private string? Problem(string text)
    {
        if (!text.Contains(OpenPgpKeys.Begin, StringComparison.Ordinal))
        {
            return $"{source} does not contain an ASCII armored public key";
        }

        if (fingerprints.Count == 0)
        {
            return null;
        }

        // A second key in the file would be trusted as well.
        return OpenPgpKeys.Fingerprints(text) is not { } found ? $"the fingerprint of the key in {source} cannot be read"
            : found.Except(fingerprints, StringComparer.Ordinal).FirstOrDefault() is { } other ? $"{source} contains a key with the fingerprint {other}, which is not in packages.antpickax.key_fingerprint"
            : null;
    }

    private async Task<string> DownloadAsync(CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = CommandTimeout, MaxResponseContentBufferSize = MaxKeySize };
        return await http.GetStringAsync(new Uri(source), cancel);
    }
}
