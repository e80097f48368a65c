using System.Globalization;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Identity;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Security;

/// <summary>
/// The real User Data Script, filled in as K2HR3 does it, run by real shells as root of namespaces of its own: what a project is called is for whoever may
/// name one, and the script runs as root on each host.
/// </summary>
public sealed class UserDataScriptTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string ApiUri = "https://k2hr3.example.com";
    private const string Offer = "/var/lib/k2hdkc-slave-agent/identity/pending/user-data";

    private static readonly string[] Tools = ["systemctl", "journalctl", "k2hdkc-slave-agent"];

    private readonly TempDirectory _directory = new();

    private string Canary => _directory.At("ran");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string> Names() => Of("R&D", "it's", "50%", "a b", "\"quoted\"", "$HOME", "$(touch CANARY)", "`touch CANARY`", "'; touch CANARY; '",
        "'\"; touch CANARY; \"'", "\\", "a\\nb", "%s%n", "-n", "開発", "# Filled in by K2HR3", "|&;<>()!*?[]{}~=");

    public static TheoryData<string, string> Attacks() => Of("a\ntouch CANARY\n", "a\nEOF\ntouch CANARY\n", "a\n# Filled in by K2HR3\ntouch CANARY\n", "a\nexit \"$code\"\ntouch CANARY\n",
        "a\ntoken=another", "a\rb", "\u001b[2Jcleared", "$'\ntouch CANARY\n", "$'", "$`", "a$`\ntouch CANARY\n#");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Whatever_a_project_is_called_its_name_is_handed_over_as_it_is(string shell, string tenant)
    {
        var (result, offer) = await RunAsync(shell, tenant);
        Assert.True(result.ExitCode == 0, result.StandardOutput + result.StandardError);
        var read = OfferText.Read(offer);
        Assert.Equal(($"yrn:yahoo:::{Canaries(tenant)}:role:c/slave", $"yrn:yahoo:::{Canaries(tenant)}", ApiUri, Token), (read.Role, read.Tenant, read.ApiUri, read.Token));
        Assert.False(File.Exists(Canary));
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_name_that_is_not_one_line_of_text_is_refused_and_runs_nothing(string shell, string tenant)
    {
        var (result, offer) = await RunAsync(shell, tenant);
        Assert.False(File.Exists(Canary));
        Assert.Equal((1, string.Empty), (result.ExitCode, offer));
        Assert.Equal(string.Empty, await File.ReadAllTextAsync(_directory.At("calls"), Cancel));
        Assert.DoesNotContain('\u001b', result.StandardOutput + result.StandardError);
        Assert.DoesNotContain(Token, result.StandardOutput + result.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", ApiUri, Token)]
    [InlineData("c/slave", ApiUri, Token)]
    [InlineData("yrn:yahoo:::t:role:c/slave", "", Token)]
    [InlineData("yrn:yahoo:::t:role:c/slave", "ftp://k2hr3", Token)]
    [InlineData("yrn:yahoo:::t:role:c/slave", "https://k2hr3 x", Token)]
    [InlineData("yrn:yahoo:::t:role:c/slave", ApiUri, "")]
    [InlineData("yrn:yahoo:::t:role:c/slave", ApiUri, "two words")]
    public async Task A_value_that_K2HR3_did_not_fill_in_or_filled_in_wrongly_is_refused(string role, string apiUri, string token)
    {
        var (result, offer) = await RunAsync("dash", TemplateText.Fill(Template(), role, "yrn:yahoo:::t", token, apiUri, string.Empty));
        Assert.Equal((1, string.Empty), (result.ExitCode, offer));
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task What_K2HR3_says_of_an_error_is_shown_and_runs_nothing(string shell)
    {
        var script = TemplateText.Fill(
            Repository.Read("cloud-init/k2hdkc-slave-init-error.sh.templ"), null, null, null, null, Canaries("it's \u001b[2J $(touch CANARY)\n'; touch CANARY; '\nexit 0"));
        var (result, _) = await RunAsync(shell, script, hasAgent: true);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("it's ?[2J $(touch", result.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.StandardError);
        Assert.False(File.Exists(Canary));
    }

    /// <summary>A mirror that accepts and says nothing held up the last stage of cloud-init for ever.</summary>
    [Fact]
    public async Task A_download_from_a_server_that_says_nothing_has_an_end()
    {
        using var silent = new Listener((_, _) => Task.Delay(Timeout.Infinite, Cancel));
        var script = Filled("t")
            .Replace("PACKAGE_URL=''", $"PACKAGE_URL='http://127.0.0.1:{silent.Port}/agent.deb'", StringComparison.Ordinal)
            .Replace("--speed-time 30", "--speed-time 1", StringComparison.Ordinal)
            .Replace("STEP_TIMEOUT=900", "STEP_TIMEOUT=1", StringComparison.Ordinal);
        var (result, _) = await RunAsync("dash", script, hasAgent: false);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("gave up after", result.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--max-time \"$DOWNLOAD_TIMEOUT\"")]
    [InlineData("--speed-limit 1000 --speed-time 30")]
    [InlineData("timeout -k 10 \"$DOWNLOAD_TIMEOUT\" /usr/lib/apt/apt-helper")]
    public void Each_way_of_downloading_is_limited(string words) => Assert.Contains(words, Template(), StringComparison.Ordinal);

    private static TheoryData<string, string> Of(params string[] tenants)
    {
        var data = new TheoryData<string, string>();
        foreach (var tenant in tenants)
        {
            data.Add("dash", tenant);
            data.Add("bash", tenant);
        }

        return data;
    }

    private static string Template() => Repository.Read("cloud-init/k2hdkc-slave-init.sh.templ");

    private string Canaries(string text) => text.Replace("CANARY", Canary, StringComparison.Ordinal);

    private string Filled(string tenant) =>
        TemplateText.Fill(Template(), $"yrn:yahoo:::{Canaries(tenant)}:role:c/slave", $"yrn:yahoo:::{Canaries(tenant)}", Token, ApiUri, string.Empty);

    private Task<(BufferedCommandResult Result, string Offer)> RunAsync(string shell, string tenantOrScript) =>
        RunAsync(shell, tenantOrScript.StartsWith("#!", StringComparison.Ordinal) ? tenantOrScript : Filled(tenantOrScript), hasAgent: true);

    private async Task<(BufferedCommandResult Result, string Offer)> RunAsync(string shell, string script, bool hasAgent)
    {
        const UnixFileMode Program = (UnixFileMode)0b111_000_000;
        _directory.Put("calls", string.Empty);
        foreach (var tool in Tools.Take(hasAgent ? 3 : 2))
        {
            File.SetUnixFileMode(_directory.Put($"bin/{tool}", $"#!/bin/sh\necho \"{tool} $*\" >>'{_directory.At("calls")}'\n"), Program);
        }

        var part = _directory.Put("part-001", script);
        File.SetUnixFileMode(part, Program);
        var result = await Cli.Wrap("unshare")
            .WithArguments([
                .. Environment.UserName == "root" ? (string[])["-m"] : ["-Urm"], "sh", "-c",
                string.Create(CultureInfo.InvariantCulture, $"mount -t tmpfs tmpfs /var/lib || exit 99; {shell} '{part}'; code=$?; cat {Offer} >'{_directory.At("offer")}' 2>/dev/null; exit $code")])
            .WithEnvironmentVariables(variables => variables.Set("PATH", $"{_directory.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}"))
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(Cancel);
        Assert.SkipWhen(result.ExitCode == 99 || !File.Exists(_directory.At("offer")), $"no mount namespace can be had here: {result.StandardError.Trim()}");
        return (result, await File.ReadAllTextAsync(_directory.At("offer"), Cancel));
    }
}
