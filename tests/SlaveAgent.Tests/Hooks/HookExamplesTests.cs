using System.Diagnostics;
using System.Text.Json;
using SlaveAgent.Hooks;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

/// <summary>The hooks of packaging/examples, with the tool that they call replaced by one that keeps what it was given.</summary>
public sealed class HookExamplesTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, string> _variables = HookPlan.VariablesOf(HookFacts.None, new HookFacts("connected", 1, ["a"]), SampleStatus.Whole, 1).ToDictionary();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_webhook_gets_valid_JSON_whatever_servers_are_called_and_its_address_is_on_no_command_line()
    {
        const string Message = "it's \"q\" \\ \\n $(id) `id` é";
        _variables["K2HDKC_MESSAGE"] = Message;
        _variables["WEBHOOK_FILE"] = _directory.Put("webhook", "https://chat.example/secret\n");
        await RunAsync("hook-webhook", "curl");
        Assert.DoesNotContain("secret", await File.ReadAllTextAsync(_directory.At("arguments"), Cancel), StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(_directory.At("input"), Cancel);
        Assert.Contains("url = \"https://chat.example/secret\"", lines);
        var data = Assert.Single(lines, line => line.StartsWith("data-raw = \"", StringComparison.Ordinal))["data-raw = \"".Length..^1];

        // curl's own unquoting: a backslash before anything but t, n, r and v is taken away.
        var unquoted = System.Text.RegularExpressions.Regex.Replace(data, @"\\(.)", "$1");
        using var json = JsonDocument.Parse(unquoted);
        Assert.Contains(Message, json.RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_needs_no_line_end()
    {
        _variables["WEBHOOK_FILE"] = _directory.Put("webhook", "https://chat.example/secret");
        await RunAsync("hook-webhook", "curl");
        Assert.Contains("url = \"https://chat.example/secret\"", await File.ReadAllLinesAsync(_directory.At("input"), Cancel));
    }

    [Theory]
    [InlineData(1, "disconnected", "connected")]
    [InlineData(1, "connected", "disconnected", "connected")]
    [InlineData(1, "disconnected", "degraded", "connected")]
    [InlineData(1, "disconnected", "connected", "degraded", "connected")]
    [InlineData(0, "degraded", "connected")]
    [InlineData(0, "connected", "disconnected")]
    [InlineData(0, "disconnected", "degraded")]
    public async Task The_program_is_restarted_once_when_all_connections_are_back(int restarts, params string[] states)
    {
        _variables["LOST"] = _directory.At("lost");
        var calls = 0;
        foreach (var (before, now) in states.Zip(states.Skip(1)))
        {
            (_variables["K2HDKC_PREVIOUS_STATE"], _variables["K2HDKC_STATE"]) = (before, now);
            await RunAsync("hook-restart-program", "systemctl");
            if (RegularText("arguments") is { } arguments)
            {
                Assert.Equal("--no-block try-restart my-program.service\n", arguments);
                File.Delete(_directory.At("arguments"));
                calls++;
            }
        }

        Assert.Equal(restarts, calls);
    }

    private string? RegularText(string name) => File.Exists(_directory.At(name)) ? File.ReadAllText(_directory.At(name)) : null;

    private async Task RunAsync(string example, string tool)
    {
        File.SetUnixFileMode(_directory.Put($"bin/{tool}", $"#!/bin/sh\necho \"$*\" >'{_directory.At("arguments")}'\ncat >'{_directory.At("input")}'\n"), Executable);
        var start = new ProcessStartInfo("/bin/sh", [Path.Join(Repository.Root, "packaging/examples", example)]) { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        start.Environment["PATH"] = $"{_directory.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var hook = Process.Start(start)!;
        hook.StandardInput.Close();
        var error = await hook.StandardError.ReadToEndAsync(Cancel);
        await hook.WaitForExitAsync(Cancel);
        Assert.True(hook.ExitCode == 0, error);
    }
}
