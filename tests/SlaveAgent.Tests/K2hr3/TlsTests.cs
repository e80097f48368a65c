using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.K2hr3;

/// <summary>Real TLS on loopback: whom the agent trusts, and what it shows of itself.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Good = """{"result":true,"message":null,"resource":"text"}""";

    private static readonly Yrn Role = Yrn.TryParse("yrn:yahoo:::tenant0:role:ct/slave")!;

    private readonly TempDirectory _directory = new();
    private readonly TestCertificates _authority = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_whose_certificate_is_from_the_trusted_file_is_asked()
    {
        await using var server = await ServeAsync(_authority);
        using var client = Client(server, new TlsFiles(Put("ca.pem", _authority.AuthorityPem), null, null));
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
    }

    [Fact]
    public async Task A_service_from_another_authority_gets_no_token()
    {
        using var other = new TestCertificates();
        var asked = 0;
        await using var server = await ServeAsync(_authority, () => Interlocked.Increment(ref asked));
        foreach (var files in new[] { TlsFiles.None, new TlsFiles(Put("ca.pem", other.AuthorityPem), null, null) })
        {
            using var client = Client(server, files);
            Assert.Equal(K2hr3Failure.Tls, Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(client)).Failure);
        }

        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task An_issuing_authority_alone_is_trusted_though_the_one_above_it_is_not_in_the_file()
    {
        using var authority = new TestCertificates(intermediate: true);
        await using var server = await ServeAsync(authority);
        using var client = Client(server, new TlsFiles(Put("ca.pem", authority.IntermediatePem), null, null));
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
    }

    /// <summary>All of them call their issuer by one name; only its own key makes a certificate its own.</summary>
    [Theory]
    [InlineData("another's key")]
    [InlineData("another's name")]
    [InlineData("expired")]
    [InlineData("expired authority")]
    [InlineData("only the root of another")]
    public async Task An_issuing_authority_alone_lets_nothing_else_pass(string what)
    {
        using var authority = new TestCertificates(intermediate: true, daysLeft: what == "expired authority" ? -1 : 30);
        using var other = new TestCertificates(intermediate: true);
        var asked = 0;
        await using var server = await ServeAsync(
            what is "another's key" or "only the root of another" ? other : authority,
            () => Interlocked.Increment(ref asked),
            name: what == "another's name" ? "other.example" : null,
            age: TimeSpan.FromDays(what == "expired" ? 3 : 0),
            sent: what == "another's key" ? authority.IntermediatePem : null);
        var trusted = what == "only the root of another" ? authority.AuthorityPem + "\n" + authority.IntermediatePem : authority.IntermediatePem;
        using var client = Client(server, new TlsFiles(Put("ca.pem", trusted), null, null));
        Assert.Equal(K2hr3Failure.Tls, Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(client)).Failure);
        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("other.example", 0)]
    [InlineData(null, 3)]
    public async Task A_certificate_with_another_name_or_an_expired_one_is_not_accepted(string? name, int days)
    {
        await using var server = await ServeAsync(_authority, name: name, age: TimeSpan.FromDays(days));
        using var client = Client(server, new TlsFiles(Put("ca.pem", _authority.AuthorityPem), null, null));
        Assert.Equal(K2hr3Failure.Tls, Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(client)).Failure);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_service_that_asks_for_a_certificate_is_shown_the_one_of_the_settings(bool inOneFile, bool intermediate)
    {
        using var authority = new TestCertificates(intermediate);
        var (certificate, key) = authority.Client("slave");
        var seen = new List<string>();
        await using var server = await ServeAsync(_authority, shown: authority, seen: seen);
        var chain = certificate + "\n" + authority.IntermediatePem;
        var files = inOneFile
            ? new TlsFiles(Put("ca.pem", _authority.AuthorityPem), Put("both.pem", $"{chain}\n{key}"), null)
            : new TlsFiles(Put("ca.pem", _authority.AuthorityPem), Put("own.pem", chain), Put("own.key", key));
        using var client = Client(server, files);
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
        Assert.Equal(["CN=slave"], seen);
    }

    [Fact]
    public async Task Without_one_such_a_service_is_not_reached()
    {
        await using var server = await ServeAsync(_authority, shown: _authority);
        using var client = Client(server, new TlsFiles(Put("ca.pem", _authority.AuthorityPem), null, null));
        Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(client));
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_from_the_next_request_on_and_a_broken_one_leaves_the_last_in_use()
    {
        var seen = new List<string>();
        await using var server = await ServeAsync(_authority, shown: _authority, seen: seen);
        using var client = Client(server, Own("first"));
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
        Own("second");
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
        Put("own.key", "half of a k");
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
        Own("third");
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
        Assert.Equal(["CN=first", "CN=second", "CN=third"], seen.Distinct());

        TlsFiles Own(string name)
        {
            var (certificate, key) = _authority.Client(name);
            return new TlsFiles(Put("ca.pem", _authority.AuthorityPem), Put("own.pem", certificate), Put("own.key", key));
        }
    }

    [Fact]
    public async Task An_authority_that_takes_over_is_trusted_from_the_next_request_on()
    {
        using var next = new TestCertificates();
        await using var server = await ServeAsync(next);
        using var client = Client(server, new TlsFiles(Put("ca.pem", _authority.AuthorityPem), null, null));
        Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(client));
        Put("ca.pem", _authority.AuthorityPem + "\n" + next.AuthorityPem);
        Assert.IsType<K2hr3Answer.Text>(await AskAsync(client));
    }

    [Theory]
    [InlineData("k2hr3.ca_file", "")]
    [InlineData("k2hr3.ca_file", "hello")]
    [InlineData("k2hr3.ca_file", null)]
    [InlineData("k2hr3.client_certificate", "hello")]
    [InlineData("k2hr3.client_certificate", null)]
    [InlineData("k2hr3.client_key", "hello")]
    [InlineData("k2hr3.client_key", "another's")]
    [InlineData("k2hr3.client_key", null)]
    public void A_file_that_cannot_be_used_is_named_with_its_setting(string setting, string? content)
    {
        var (certificate, key) = _authority.Client("slave");
        var files = new TlsFiles(Put("ca.pem", _authority.AuthorityPem), Put("own.pem", certificate), Put("own.key", key));
        var file = setting switch { "k2hr3.ca_file" => files.Authorities!, "k2hr3.client_certificate" => files.Certificate!, _ => files.Key! };
        if (content is null)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllText(file, content == "another's" ? _authority.Client("other").Key : content);
        }

        var problem = Assert.Throws<TlsFileException>(() => new RenewingHandler(files, TimeProvider.System));
        Assert.Equal((setting, file), (problem.Setting, problem.File));
        Assert.Contains(setting, problem.Message, StringComparison.Ordinal);
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Split('\n')[1], problem.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    private static Task<K2hr3Answer> AskAsync(K2hr3Client client) => client.ReadTextAsync(Role.ToResource(), null, Cancel);

    private static K2hr3Client Client(SmallServer server, TlsFiles files) => new(
        new K2hr3Identity(server.Address, Role, "tenant0", "cuk-slv1", "slv1", null, null, ByAddress: false),
        () => RoleToken.TryParse("0123456789abcdef"), new RenewingHandler(files, TimeProvider.System), TimeSpan.FromSeconds(40), TimeProvider.System);

    /// <param name="sent">What the server sends besides its certificate, as PEM.</param>
    /// <param name="shown">The authority of the certificate that a client has to show; null: none has to.</param>
    /// <param name="seen">Whom they were issued to. Each connection serves one request, so that each request shows its certificate.</param>
    private static Task<SmallServer> ServeAsync(
        TestCertificates authority, Action? asked = null, string? name = null, TimeSpan? age = null, TestCertificates? shown = null, List<string>? seen = null, string? sent = null) =>
        SmallServer.StartTlsAsync(
            async context =>
            {
                asked?.Invoke();
                seen?.Add(context.Connection.ClientCertificate?.Subject ?? "none");
                context.Response.Headers.Connection = "close";
                await context.Response.WriteAsync(Good, Cancel);
            },
            tls =>
            {
                tls.ServerCertificate = authority.Server(name, age);
                if (sent is not null)
                {
                    tls.ServerCertificateChain = [];
                    tls.ServerCertificateChain.ImportFromPem(sent);
                }

                tls.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                if (shown is not null)
                {
                    tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    tls.ClientCertificateValidation = (certificate, chain, _) => shown.IsIssuedHere(certificate, chain);
                }
            });

    private string Put(string name, string content)
    {
        var path = Path.Join(_directory.Path, name);
        File.WriteAllText(path, content);
        return path;
    }
}
