using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>How K2HR3 accepts a host: by its registration or, if it identifies the host by its address, by the first resource it lets the host read.</summary>
public static class Registration
{
    public static Task<K2hr3Answer> AskAsync(K2hr3Client client, Yrn resource, CancellationToken cancel) =>
        client.Identity.ByAddress ? client.ReadTextAsync(resource, etag: null, cancel) : client.RegisterAsync(cancel);

    public static bool IsAccepted(K2hr3Answer answer) => answer is K2hr3Answer.Done or K2hr3Answer.Text;
}
