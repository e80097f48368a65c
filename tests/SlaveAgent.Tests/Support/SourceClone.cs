using System.Diagnostics;

namespace SlaveAgent.Tests.Support;

/// <summary>The packaging of this tree as a repository of the test's own, with commits and tags as the test makes them, and with a key.</summary>
internal sealed class SourceClone : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose()
    {
        Start("gpgconf --kill all").WaitForExit();
        _directory.Dispose();
    }

    /// <summary>Where the clone is; beside it lies what the test makes of it.</summary>
    public string Tree => _directory.At("tree");

    public string At(string name) => _directory.At(name);

    /// <summary>A first commit, whose changelog begins with the number.</summary>
    /// <param name="number">Such as <c>1.2.3</c>.</param>
    public static async Task<SourceClone> AtAsync(string number)
    {
        Promtool.Require("git");
        var clone = new SourceClone();
        foreach (var file in Repository.Files("packaging").Append("src/SlaveAgent/packages.lock.json"))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(clone.Tree, file))!);
            File.Copy(Repository.At(file), Path.Join(clone.Tree, file));
        }

        await clone.RunAsync("git init --quiet --initial-branch main");
        await clone.BeginAsync(number);
        return clone;
    }

    /// <summary>Has a program of the clone, or one that is found before the machine's own, be this script of sh.</summary>
    /// <param name="name">From the directory that the clone is in, such as <c>bin/clang</c>.</param>
    public void Replace(string name, string script) =>
        File.SetUnixFileMode(_directory.Put(name, $"#!/bin/sh\n{script}\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>A commit that begins the changelog with an entry for the number.</summary>
    public async Task BeginAsync(string number)
    {
        var changelog = Path.Join(Tree, "packaging/changelog");
        var entry = $"k2hdkc-slave-agent ({number}) unstable; urgency=medium\n\n  * A change.\n\n -- a maintainer <a@example.org>  Thu, 26 Nov 2026 12:00:00 +0000\n\n";
        await File.WriteAllTextAsync(changelog, entry + await File.ReadAllTextAsync(changelog));
        await RunAsync("git add --all && git commit --quiet --message begin");
    }

    /// <summary>Has the script succeed.</summary>
    /// <returns>What it wrote to its standard output, without the last line's end.</returns>
    public async Task<string> RunAsync(string script)
    {
        var (code, output, error) = await TryAsync(script);
        Assert.True(code == 0, $"{script} exited with {code}: {output}{error}");
        return output.TrimEnd('\n');
    }

    /// <summary>Runs it by sh in the clone, or in another directory.</summary>
    public async Task<(int Code, string Output, string Error)> TryAsync(string script, string? directory = null)
    {
        using var process = Start(script, directory);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(string script, string? directory = null) => Process.Start(new ProcessStartInfo("sh", ["-e", "-c", script])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = directory ?? Tree,
        Environment =
        {
            ["PATH"] = $"{_directory.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            ["GNUPGHOME"] = _directory.At("gnupg"),
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_AUTHOR_NAME"] = "a maintainer",
            ["GIT_AUTHOR_EMAIL"] = "a@example.org",
            ["GIT_COMMITTER_NAME"] = "a maintainer",
            ["GIT_COMMITTER_EMAIL"] = "a@example.org",
        },
    })!;
}
