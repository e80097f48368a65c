using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SlaveAgent.Sandbox.Serving;

/// <summary>
/// Who may use the page: whoever has its address. Other pages in the same browser may not, whatever name they have their address resolve to, and whatever
/// requests they make the browser send.
/// </summary>
internal sealed class PageGuard(int port)
{
    // 128 bits that cannot be guessed.
    private const int TokenLength = 32;

    private readonly string[] _hosts = [$"127.0.0.1:{port}", $"localhost:{port}"];

    /// <summary>The first part of the page's path.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);

    /// <summary>Why the request is refused, for people; null: it is not.</summary>
    public string? Refusal(HttpRequest request)
    {
        // A name of somebody else's that resolves to this machine (DNS rebinding) is in the Host.
        var host = request.Host.Value ?? "";
        if (!_hosts.Contains(host))
        {
            return "The host in the address is not this page's.";
        }
        var first = (request.Path.Value ?? "").Split('/', 3) is ["", var part, ..] ? part : "";
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(first)), SHA256.HashData(Encoding.UTF8.GetBytes(Token))))
        {
            return "The token in the address is missing or wrong. The sandbox prints the whole address when it starts.";
        }
        // A browser sends the origin with each POST, and no page can change it.
        return HttpMethods.IsPost(request.Method) && request.Headers.Origin != $"http://{host}" ? "The request comes from another page." : null;
    }
}
