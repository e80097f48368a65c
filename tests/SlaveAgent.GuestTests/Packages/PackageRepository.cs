using System.Net;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace SlaveAgent.GuestTests.Packages;

/// <summary>
/// A signed apt repository over HTTP that stands in for AntPickax's: the agent's own package, chmpx (the stand-in, and apart from it the real program where this machine has it)
/// behind a unit with a shell helper as slow as the packaged one, and the two DBaaS packages.
/// </summary>
internal sealed class PackageRepository : IAsyncDisposable
{
    /// <summary>The agent's package, as packaging/repository made it available; with a later version added; and with a package that was changed after that.</summary>
    public const string Agent = "agent", Next = "next", Changed = "changed";

    private const int Port = 8080;

    /// <summary>For the address by which a guest finds it.</summary>
    private const string Placeholder = "http://packages.invalid";

    private readonly WebApplication _server;

    private readonly string _key;
    private readonly string _toFillIn;

    private PackageRepository(WebApplication server, string key, string toFillIn)
    {
        _server = server;
        _key = key;
        _toFillIn = toFillIn;
    }

    /// <summary>Where a guest has the key: over http the agent reads none.</summary>
    public const string KeyFile = "/etc/guest-packages-key.asc";

    public string Key => _key;

    /// <summary>Where a guest finds it.</summary>
    public static Uri At(IPAddress address) => new($"http://{address}:{Port}/");

    /// <summary>What packaging/repository says to fill in as <c>APT_SOURCE</c>.</summary>
    /// <param name="part">Which of the repositories with the agent's package.</param>
    public string AptSource(Uri uri, string part = Agent) => Filled("APT_SOURCE", uri, part);

    /// <summary>What it says to fill in as <c>DNF_REPOSITORY</c>.</summary>
    public string DnfRepository(Uri uri) => Filled("DNF_REPOSITORY", uri, Agent);

    /// <summary>Makes the packages and serves them on every address of this machine's.</summary>
    public static async Task<PackageRepository> StartAsync(string agentPackage)
    {
        var directory = Path.Combine(Guests.Guest.Home, "repository");
        await ShellAsync($$"""
            set -eu
            [ ! -d {{directory}} ] || rm -r {{directory}}
            mkdir -p {{directory}}/debian/pool {{directory}}/gnupg
            chmod 700 {{directory}}/gnupg
            sh {{Repository.At("tests/SlaveAgent.GuestTests/Packages/make-packages")}} {{directory}}/debian/pool {{AppContext.BaseDirectory}}
            parts=debian
            if command -v chmpx >/dev/null; then
                mkdir -p {{directory}}/real/debian/pool
                sh {{Repository.At("tests/SlaveAgent.GuestTests/Packages/make-packages")}} {{directory}}/real/debian/pool real
                parts="$parts real/debian"
            fi
            # The same package under a later version, for an upgrade.
            mkdir {{directory}}/newer
            dpkg-deb -R {{agentPackage}} {{directory}}/unpacked
            sed -i 's/^Version: .*/&+newer/' {{directory}}/unpacked/DEBIAN/control
            dpkg-deb --root-owner-group -Zxz -z1 --build {{directory}}/unpacked {{directory}}/newer/k2hdkc-slave-agent.deb >/dev/null
            export GNUPGHOME={{directory}}/gnupg
            gpg --batch --quiet --passphrase '' --quick-generate-key 'guest tests <guest@example.org>' rsa3072 sign never
            # Repositories apart: apt refuses one address with two ways to name its key, the agent's file and the script's own.
            for part in $parts; do
                cd {{directory}}/$part
                mkdir -p dists/bookworm/main/binary-amd64
                apt-ftparchive packages pool > dists/bookworm/main/binary-amd64/Packages
                apt-ftparchive -o APT::FTPArchive::Release::Codename=bookworm -o APT::FTPArchive::Release::Suite=bookworm \
                    -o APT::FTPArchive::Release::Components=main -o APT::FTPArchive::Release::Architectures=amd64 release dists/bookworm > {{directory}}/Release
                mv {{directory}}/Release dists/bookworm/Release
                gpg --batch --quiet --clearsign -o dists/bookworm/InRelease dists/bookworm/Release
            done
            gpg --batch --armor --export > {{directory}}/gpgkey
            [ ! -d {{directory}}/real ] || cp {{directory}}/gpgkey {{directory}}/real
            sh {{Repository.At("tests/SlaveAgent.GuestTests/Packages/make-rpms")}} {{directory}}/el/9/x86_64 guest@example.org {{Path.GetDirectoryName(agentPackage)}}/k2hdkc-slave-agent-*.rpm
            repository() { {{Repository.At("packaging/repository")}} --key guest@example.org --uri {{Placeholder}}/agent "$@"; }
            repository {{directory}}/{{Agent}} {{agentPackage}} {{Path.GetDirectoryName(agentPackage)}}/k2hdkc-slave-agent-*.rpm {{directory}}/el/9/x86_64/guest-system-1.0.rpm {{directory}}/el/9/x86_64/demo-tool-1.0.rpm > {{directory}}/to-fill-in
            cp -r {{directory}}/{{Agent}} {{directory}}/{{Next}}
            repository {{directory}}/{{Next}} {{directory}}/newer/k2hdkc-slave-agent.deb > /dev/null
            cp -r {{directory}}/{{Agent}} {{directory}}/{{Changed}}
            printf x | dd of={{directory}}/{{Changed}}/deb/pool/{{Path.GetFileName(agentPackage)}} bs=1 seek=1000000 conv=notrunc status=none
            gpgconf --kill all
            """);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, Port));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(directory), ServeUnknownFileTypes = true });
        await app.StartAsync();
        return new PackageRepository(app, await File.ReadAllTextAsync(Path.Combine(directory, "gpgkey")), await File.ReadAllTextAsync(Path.Combine(directory, "to-fill-in")));
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private string Filled(string variable, Uri uri, string part)
    {
        var from = _toFillIn.IndexOf($"{variable}='", StringComparison.Ordinal) + variable.Length + 2;
        return _toFillIn[from.._toFillIn.IndexOf('\'', from)].Replace($"{Placeholder}/agent", $"{uri}{part}", StringComparison.Ordinal);
    }

    private static async Task ShellAsync(string script)
    {
        var result = await Cli.Wrap("sh").WithArguments(["-c", script]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the repository could not be made: {result.StandardOutput}{result.StandardError}");
        }
    }
}
