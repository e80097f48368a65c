using System.Net;

namespace SlaveAgent.K2hr3;

/// <summary>By which proxy K2HR3 is asked: that of the settings, else that of the environment, which is read as curl does.</summary>
public sealed class ProxyChoice : IWebProxy
{
    /// <summary>What a proxy's address may begin with.</summary>
    public static readonly string[] Schemes = ["http", "https", "socks5", "socks4a", "socks4"];

    private readonly Uri? _forHttp;
    private readonly Uri? _forHttps;
    private readonly DirectHosts _direct;

    private ProxyChoice(Uri? forHttp, Uri? forHttps, DirectHosts direct)
    {
        (_forHttp, _forHttps, _direct) = (forHttp, forHttps, direct);
        Credentials = new UserOf(forHttps, forHttp);
    }

    public static ProxyChoice None { get; } = new(null, null, new DirectHosts(null));

    public ICredentials? Credentials { get; set; }

    /// <summary>A proxy for every address.</summary>
    public static ProxyChoice Of(Uri proxy) => new(WithPort(proxy), WithPort(proxy), new DirectHosts(null));

    /// <param name="variable">Reads a variable of the environment.</param>
    /// <exception cref="FormatException">A variable holds no address of a proxy.</exception>
    public static ProxyChoice OfEnvironment(Func<string, string?> variable)
    {
        var all = Read("all_proxy", "ALL_PROXY");

        // Not HTTP_PROXY, which a web server sets from a request's header.
        return new ProxyChoice(Read("http_proxy") ?? all, Read("https_proxy", "HTTPS_PROXY") ?? all, new DirectHosts(variable("no_proxy") ?? variable("NO_PROXY")));

        Uri? Read(params string[] names) => names.Where(name => variable(name) is { Length: > 0 }).Select(name => Parse(name, variable(name)!.Trim())).FirstOrDefault();
    }

    public Uri? GetProxy(Uri destination) => _direct.Contains(destination) ? null : destination.Scheme == Uri.UriSchemeHttps ? _forHttps : _forHttp;

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private static Uri Parse(string name, string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var proxy)
        && Schemes.Contains(proxy.Scheme == "socks5h" ? "socks5" : proxy.Scheme) && proxy.Host.Length > 0
            ? WithPort(proxy.Scheme == "socks5h" ? new UriBuilder(proxy) { Scheme = "socks5" }.Uri : proxy)
            : throw new FormatException($"The environment's {name} is not the address of a proxy, such as http://proxy.example.com:3128.");

    /// <summary>With the port that a socks proxy has where none is given, as for curl; an http one has its scheme's.</summary>
    public static Uri WithPort(Uri proxy) => proxy.Port < 0 ? new UriBuilder(proxy) { Port = 1080 }.Uri : proxy;

    /// <summary>The user name and password in a proxy's address.</summary>
    private sealed class UserOf(params Uri?[] proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType) => proxies
            .Where(proxy => proxy is { UserInfo.Length: > 0 } && proxy.Authority == uri.Authority)
            .Select(proxy => proxy!.UserInfo.Split(':', 2))
            .Select(parts => new NetworkCredential(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : string.Empty)))
            .FirstOrDefault();
    }
}
