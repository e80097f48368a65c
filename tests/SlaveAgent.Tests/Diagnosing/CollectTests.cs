using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Diagnosing;
using SlaveAgent.Identity;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Diagnosing;

/// <summary><c>collect</c> and <c>doctor</c> as processes; what is in a bundle, and what must never be.</summary>
public sealed class CollectTests
{
    private const string Key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0000000000000000\n-----END PRIVATE KEY-----\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bundle_is_its_owners_alone_and_holds_what_somebody_else_needs_and_no_token()
    {
        await using var world = await DoctorWorld.CreateAsync();
        var path = world.Directory.At("out.tar.gz");
        Assert.Equal(0, await RunAsync(world, "collect", path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var entries = Read(path);
        var names = entries.Select(entry => entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]).ToList();
        Assert.Superset(
            new HashSet<string> { "status.json", "doctor.json", "settings/conf.d/10-test.yaml", "ini/k2hdkc.ini", "ini/generations/generation-7.ini", "state/resource.json", "run/status.json", "versions/agent.txt", $"units/{world.Unit}.show.txt" },
            names.ToHashSet());
        Assert.NotNull(DiagnosisText.TryRead(entries.Single(entry => entry.Name.EndsWith("/doctor.json", StringComparison.Ordinal)).Text));
        Assert.DoesNotContain(entries, entry => entry.Text.Contains(RoleServer.Token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("etc/k2hdkc-slave-agent/conf.d/40-other.yaml", "# " + RoleServer.Token)]
    [InlineData("etc/antpickax/k2hdkc.ini", "# " + RoleServer.Token)]
    [InlineData("etc/antpickax/override.conf", "X = " + RoleServer.Token)]
    [InlineData("var/lib/k2hdkc-slave-agent/generations/generation-3.ini", "# " + RoleServer.Token)]
    [InlineData("var/lib/k2hdkc-slave-agent/history.json", "{\"why\": \"" + RoleServer.Token + "\"}")]
    [InlineData("run/k2hdkc-slave-agent/evidence.json", "{\"token\": \"" + RoleServer.Token + "\"}")]
    [InlineData("etc/antpickax/override.conf", Key)]
    [InlineData("var/lib/k2hdkc-slave-agent/generations/generation-3.ini", Key)]
    public async Task With_a_secret_in_any_of_it_nothing_is_written(string file, string text)
    {
        await using var world = await DoctorWorld.CreateAsync();
        world.Directory.Put(file, text);
        var path = world.Directory.At("out.tar.gz");
        Assert.Equal(1, await RunAsync(world, "collect", path));
        Assert.False(File.Exists(path));
    }

    /// <summary>What the kernel says of a connection is in no file.</summary>
    [Fact]
    public async Task The_status_in_a_bundle_is_as_status_prints_it()
    {
        await using var world = await DoctorWorld.CreateAsync();
        using var server = new Listener((_, _) => Task.CompletedTask);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Cancel);
        var status = StatusFile.TryReadOfLiving(world.Root)!;
        var connection = new ServerConnection($"{client.LocalEndPoint}", $"{client.RemoteEndPoint}");
        StatusFile.Write(world.Root, status with { Servers = status.Servers with { List = [new ServerStatus("svr1", "cuk-svr1", 8021, null, ServerStates.Connected, null) { Connection = connection }] } });
        var path = world.Directory.At("out.tar.gz");
        Assert.Equal(0, await RunAsync(world, "collect", path));
        var collected = StatusJson.TryRead(Read(path).Single(entry => entry.Name.EndsWith("/status.json", StringComparison.Ordinal) && !entry.Name.EndsWith("/run/status.json", StringComparison.Ordinal)).Text)!;
        Assert.NotNull(collected.Servers.List.Single().Connection!.Unanswered);
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_overwritten()
    {
        await using var world = await DoctorWorld.CreateAsync();
        var path = world.Directory.Put("out.tar.gz", "mine");
        Assert.Equal(1, await RunAsync(world, "collect", path));
        Assert.Equal("mine", await File.ReadAllTextAsync(path, Cancel));
    }

    [Fact]
    public async Task Without_settings_identity_configuration_or_agent_it_collects_all_the_same()
    {
        using var directory = new TempDirectory();
        TempDirectory.PutAt(directory.Root.Agent.SettingsFile, "a: [\n");
        var result = await Cli.Wrap(AgentProgram.DefaultPath).WithArguments(["collect", directory.At("out.tar.gz"), "--root", directory.Path]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(Read(directory.At("out.tar.gz")), entry => entry.Name.EndsWith("/settings/agent.yaml", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("to+ken/with=signs")]
    [InlineData("e2f568bca43f5fe84c85b4c05eb64a67")]
    public void A_secret_is_found_in_each_form_in_which_it_is_written(string secret)
    {
        var secrets = new BundleSecrets([secret]);
        string[] forms = [secret, Uri.EscapeDataString(secret), System.Text.Json.JsonEncodedText.Encode(secret).ToString(), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))];
        Assert.All(forms, form => Assert.Equal(["x"], secrets.FindIn([new BundleEntry("x", $"before {form} after"), new BundleEntry("y", "nothing")])));
    }

    [Fact]
    public void A_token_of_which_only_the_digest_is_known_is_found() => Assert.Equal(
        ["x"],
        new BundleSecrets([], [IdentityValues.DigestOf(RoleServer.Token)]).FindIn([new BundleEntry("x", $"x-auth-token: R={RoleServer.Token}\n"), new BundleEntry("y", "0123456789abcdef")]));

    [Theory]
    [InlineData("Environment=https_proxy=http://me:pa55@proxy.test:3128", "pa55")]
    [InlineData("Environment=DB_PASSWORD=pa55 A=b", "pa55")]
    public void What_may_be_a_secret_is_hidden(string text, string secret) => Assert.DoesNotContain(secret, BundleSecrets.Redact(text), StringComparison.Ordinal);

    [Fact]
    public void A_bundle_is_bounded_and_names_what_it_leaves_out()
    {
        Assert.Equal(BundleEntry.Largest, BundleEntry.Of("a", new string('x', BundleEntry.Largest + 5)).Text.Length);
        var (kept, left) = SupportBundle.Bound([new BundleEntry("a", "12345"), new BundleEntry("b", "123456"), new BundleEntry("c", "1234")], most: 10);
        Assert.Equal(["a", "c"], kept.Select(entry => entry.Name));
        Assert.Equal(["b"], left);
    }

    [Fact]
    public async Task Doctor_ends_with_0_where_all_is_well_and_with_1_where_something_failed()
    {
        await using var world = await DoctorWorld.CreateAsync();
        Assert.Equal(0, await RunAsync(world, "doctor", "--json", "--user", "app"));
        world.Dump = null;
        Assert.Equal(1, await RunAsync(world, "doctor"));
        world.Configure("20", "a: [\n");
        Assert.Equal(1, await RunAsync(world, "doctor"));
    }

    private static async Task<int> RunAsync(DoctorWorld world, params string[] arguments) =>
        (await Cli.Wrap(AgentProgram.DefaultPath).WithArguments([.. arguments, "--root", world.Directory.Path]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel)).ExitCode;

    private static List<(string Name, string Text)> Read(string path)
    {
        using var file = File.OpenRead(path);
        using var zipped = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(zipped);
        var entries = new List<(string, string)>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            entries.Add((entry.Name, reader.ReadToEnd()));
        }

        return entries;
    }
}
