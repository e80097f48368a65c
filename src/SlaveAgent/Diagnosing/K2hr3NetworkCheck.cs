using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SlaveAgent.Composition;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;

namespace SlaveAgent.Diagnosing;

/// <summary>The way to K2HR3, step by step: proxy, name, each address, TLS with each, certificates. Through a proxy it ends there; the proxy does the rest.</summary>
internal sealed class K2hr3NetworkCheck(DiagnosedHost host) : ICheck
{
    private const string AskNetwork = "check firewalls, security groups and routes between this host and that address";

    /// <summary>For a name, for a connection, and for TLS over it.</summary>
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(4);

    public string Name => CheckNames.K2hr3Name;

    public CheckGroup Group => CheckGroup.K2hr3;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.ApiUri is not { } api)
        {
            return [CheckResult.Skipped(Name, "where K2HR3 is, is not known")];
        }

        var (proxy, results) = Proxy(api);
        var target = proxy ?? api;
        var (addresses, name) = await ResolveAsync(target, proxy is null ? CheckNames.K2hr3Name : CheckNames.Proxy, cancel);
        results.Add(name);
        var found = await Task.WhenAll(addresses.Select(address => AddressAsync(new IPEndPoint(address, target.Port), proxy is null ? api : null, cancel)));

        // The client's own certificate is found with each address.
        results.AddRange(found.SelectMany(of => of).Distinct());
        return results;
    }

    private (Uri? Proxy, List<CheckResult> Results) Proxy(Uri api)
    {
        try
        {
            return AgentParts.ProxyOf(host.Settings.K2hr3).GetProxy(api) is { } proxy
                ? (proxy, [CheckResult.Ok(CheckNames.Proxy, $"K2HR3 is asked through {proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}{(host.Settings.K2hr3.Proxy is null ? ", as this shell's environment says; the daemon has an environment of its own" : string.Empty)}")])
                : (null, [CheckResult.Ok(CheckNames.Proxy, "K2HR3 is asked directly")]);
        }
        catch (FormatException e)
        {
            return (null, [CheckResult.Failed(CheckNames.Proxy, $"{SettingsCode.BadProxy}", e.Message, "correct the variable, or set k2hr3.proxy")]);
        }
    }

    private async Task<(IPAddress[] Addresses, CheckResult Result)> ResolveAsync(Uri target, string check, CancellationToken cancel)
    {
        if (IPAddress.TryParse(target.IdnHost, out var literal))
        {
            return ([literal], CheckResult.Ok(check, $"{literal} is an address"));
        }

        const string AskResolver = "check /etc/resolv.conf and the resolver: getent ahosts ";
        using var timeout = new CancellationTokenSource(StepTimeout, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            var addresses = (await Dns.GetHostAddressesAsync(target.IdnHost, either.Token).WaitAsync(either.Token)).Distinct().ToArray();
            return (addresses, addresses.Length > 0
                ? CheckResult.Ok(check, $"{target.IdnHost} resolves to {string.Join(", ", addresses.Select(address => address.ToString()))}")
                : CheckResult.Failed(check, nameof(K2hr3Failure.NameResolution), $"{target.IdnHost} has no address", AskResolver + target.IdnHost));
        }
        catch (SocketException e)
        {
            return ([], CheckResult.Failed(check, nameof(K2hr3Failure.NameResolution), $"{target.IdnHost} does not resolve ({e.Message})", AskResolver + target.IdnHost));
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return ([], CheckResult.Failed(check, nameof(K2hr3Failure.Timeout), $"the resolver says nothing about {target.IdnHost} within {StepTimeout.TotalSeconds:0} s", AskResolver + target.IdnHost));
        }
    }

    /// <param name="api">K2HR3's; null: it is a proxy's address.</param>
    private async Task<IEnumerable<CheckResult>> AddressAsync(IPEndPoint endpoint, Uri? api, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(StepTimeout * 2, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var check = api is null ? CheckNames.Proxy : CheckNames.K2hr3Address;
        try
        {
            await socket.ConnectAsync(endpoint, either.Token).AsTask().WaitAsync(StepTimeout, host.Time, either.Token);
        }
        catch (SocketException e)
        {
            return [CheckResult.Failed(check, nameof(K2hr3Failure.Connection), $"takes no connection ({e.Message})", AskNetwork).Of($"{endpoint}")];
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            cancel.ThrowIfCancellationRequested();
            return [CheckResult.Failed(check, nameof(K2hr3Failure.Timeout), $"no answer to a connection within {StepTimeout.TotalSeconds:0} s", AskNetwork).Of($"{endpoint}")];
        }

        var taken = CheckResult.Ok(check, $"takes a connection, from {socket.LocalEndPoint}").Of($"{endpoint}");
        return api is null ? [taken]
            : api.Scheme == Uri.UriSchemeHttp
            ? [taken, CheckResult.Warning(CheckNames.K2hr3Tls, "PlainHttp", "plain http: whoever is on the wire can read the role token", "give K2HR3's address as https").Of($"{endpoint}")]
            : [taken, .. await TlsAsync(socket, endpoint, api, either.Token, cancel)];
    }

    private async Task<IEnumerable<CheckResult>> TlsAsync(Socket socket, IPEndPoint endpoint, Uri api, CancellationToken limited, CancellationToken cancel)
    {
        SslClientAuthenticationOptions options;
        try
        {
            options = AgentParts.TlsFilesOf(host.Settings.K2hr3, host.Root).Read();
        }
        catch (IOException)
        {
            return [CheckResult.Skipped(CheckNames.K2hr3Tls, "the files that the settings name cannot be used").Of($"{endpoint}")];
        }

        X509Certificate2? shown = null;
        var wrong = SslPolicyErrors.None;
        var judge = options.RemoteCertificateValidationCallback ?? ((_, _, _, errors) => errors == SslPolicyErrors.None);
        options.TargetHost = api.IdnHost;
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            shown = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            wrong = errors;
            return judge(sender, certificate, chain, errors);
        };
        CheckResult result;
        try
        {
            using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
            await tls.AuthenticateAsClientAsync(options, limited);
            result = CheckResult.Ok(CheckNames.K2hr3Tls, $"{tls.SslProtocol}, the certificate is trusted").Of($"{endpoint}");
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            var (reason, next) = wrong.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? ("NameMismatch", $"K2HR3's certificate must name {api.IdnHost}, or its address be given by a name that the certificate has")
                : wrong.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? ("Untrusted", "set k2hr3.ca_file to the authority that issued it, or renew the certificate; compare the clocks")
                : ("Handshake", "check that this port speaks TLS, and whether a client certificate is asked for (k2hr3.client_certificate)");
            result = CheckResult.Failed(CheckNames.K2hr3Tls, reason, $"TLS failed ({e.GetBaseException().Message.TrimEnd('.')})", next).Of($"{endpoint}");
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            result = CheckResult.Failed(CheckNames.K2hr3Tls, nameof(K2hr3Failure.Timeout), "the connection was taken, and TLS not answered in time", "check what is on that port").Of($"{endpoint}");
        }

        using var seen = shown;
        return
        [
            result,
            .. seen is null ? (CheckResult[])[] : [Certificates.DaysLeft(seen, host.Time.GetUtcNow()).Of($"{endpoint}")],
            .. options.ClientCertificateContext is { } own ? (CheckResult[])[Certificates.DaysLeft(own.TargetCertificate, host.Time.GetUtcNow()).Of("k2hr3.client_certificate")] : [],
        ];
    }
}
