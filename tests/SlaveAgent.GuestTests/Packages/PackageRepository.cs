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
    private const int Port = 8080;

    private readonly WebApplication _server;

    private readonly string _key;

    private PackageRepository(WebApplication server, string key)
    {
        _server = server;
        _key = key;
    }

    /// <summary>Where a guest has the key: over http the agent reads none.</summary>
    public const string KeyFile = "/etc/guest-packages-key.asc";

    public string Key => _key;

    /// <summary>Where a guest finds it.</summary>
    public static Uri At(IPAddress address) => new($"http://{address}:{Port}/");

    /// <summary>A .sources file for it, key and all.</summary>
    public string Source(Uri uri) => string.Join('\n', [
        "Types: deb", $"URIs: {uri}agent/", "Suites: bookworm", "Components: main", "Signed-By:",
        .. _key.TrimEnd().Split('\n').Select(line => line.Length == 0 ? " ." : $" {line}")]);

    /// <summary>The same for dnf, as a .repo file.</summary>
    public static string DnfRepository(Uri uri) => string.Join('\n', [
        "[k2hdkc-slave-agent]", "name=k2hdkc-slave-agent", $"baseurl={uri}el/9/x86_64", "gpgcheck=1", $"gpgkey={uri}gpgkey"]);

    /// <summary>Makes the packages and serves them on every address of this machine's.</summary>
    public static async Task<PackageRepository> StartAsync(string agentPackage)
    {
        var directory = Path.Combine(Guests.Guest.Home, "repository");
        await ShellAsync($"""
            set -eu
            [ ! -d {directory} ] || rm -r {directory}
            mkdir -p {directory}/agent/pool {directory}/debian/pool {directory}/gnupg
            chmod 700 {directory}/gnupg
            cp {agentPackage} {directory}/agent/pool/
            sh {Repository.At("tests/SlaveAgent.GuestTests/Packages/make-packages")} {directory}/debian/pool {AppContext.BaseDirectory}
            parts='agent debian'
            if command -v chmpx >/dev/null; then
                mkdir -p {directory}/real/debian/pool
                sh {Repository.At("tests/SlaveAgent.GuestTests/Packages/make-packages")} {directory}/real/debian/pool real
                parts="$parts real/debian"
            fi
            # The same package under a later version, for an upgrade.
            mkdir {directory}/newer
            dpkg-deb -R {agentPackage} {directory}/unpacked
            sed -i 's/^Version: .*/&+newer/' {directory}/unpacked/DEBIAN/control
            dpkg-deb --root-owner-group -Zxz -z1 --build {directory}/unpacked {directory}/newer/k2hdkc-slave-agent.deb >/dev/null
            export GNUPGHOME={directory}/gnupg
            gpg --batch --quiet --passphrase '' --quick-generate-key 'guest tests <guest@example.org>' rsa3072 sign never
            # Repositories apart: apt refuses one address with two ways to name its key, the agent's file and the script's own.
            for part in $parts; do
                cd {directory}/$part
                mkdir -p dists/bookworm/main/binary-amd64
                apt-ftparchive packages pool > dists/bookworm/main/binary-amd64/Packages
                apt-ftparchive -o APT::FTPArchive::Release::Codename=bookworm -o APT::FTPArchive::Release::Suite=bookworm \
                    -o APT::FTPArchive::Release::Components=main -o APT::FTPArchive::Release::Architectures=amd64 release dists/bookworm > {directory}/Release
                mv {directory}/Release dists/bookworm/Release
                gpg --batch --quiet --clearsign -o dists/bookworm/InRelease dists/bookworm/Release
            done
            gpg --batch --armor --export > {directory}/gpgkey
            [ ! -d {directory}/real ] || cp {directory}/gpgkey {directory}/real
            sh {Repository.At("tests/SlaveAgent.GuestTests/Packages/make-rpms")} {directory}/el/9/x86_64 guest@example.org {Path.GetDirectoryName(agentPackage)}/k2hdkc-slave-agent-*.rpm
            gpgconf --kill all
            """);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, Port));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(directory), ServeUnknownFileTypes = true });
        await app.StartAsync();
        return new PackageRepository(app, await File.ReadAllTextAsync(Path.Combine(directory, "gpgkey")));
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private static async Task ShellAsync(string script)
    {
        var result = await Cli.Wrap("sh").WithArguments(["-c", script]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the repository could not be made: {result.StandardOutput}{result.StandardError}");
        }
    }
}
