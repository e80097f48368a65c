using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>The version has one source, the changelog, of which tags make releases, and package managers order what lies between them.</summary>
public sealed partial class VersionTests
{
    private static string Number => FirstLine().Match(Repository.Read("packaging/changelog")).Groups[1].Value;

    [Fact]
    public void The_executable_has_the_number_of_the_changelog() => Assert.Equal($"{Number}~dev", AgentVersion.Text);

    [Fact]
    public void No_other_file_that_makes_packages_or_tells_of_them_has_it()
    {
        var number = new Regex($@"(?<![\d.]){Regex.Escape(Number)}(?![\d.])");
        var files = Repository.Files("packaging").Except(["packaging/changelog"]).Concat(["README.md", "Directory.Build.props", "src/SlaveAgent/SlaveAgent.csproj"]);
        Assert.DoesNotContain(files, file => number.IsMatch(Repository.Read(file)));
    }

    [Fact]
    public async Task A_tag_makes_the_number_a_version_and_what_comes_before_and_after_it_is_older_and_newer()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        var first = await VersionAsync(clone);
        Assert.Matches(@"^1\.2\.3~dev\.1\+g[0-9a-f]{10}$", first);
        await clone.RunAsync("git commit --quiet --allow-empty --message more");
        var second = await VersionAsync(clone);
        await clone.RunAsync("git tag v1.2.3");
        var release = await VersionAsync(clone);
        Assert.Equal("1.2.3", release);
        await clone.RunAsync("git commit --quiet --allow-empty --message more");
        var after = await VersionAsync(clone);
        Assert.Matches(@"^1\.2\.3\+dev\.3\+g[0-9a-f]{10}$", after);
        await clone.BeginAsync("1.2.4");
        var next = await VersionAsync(clone);
        Assert.Matches(@"^1\.2\.4~dev\.4\+g[0-9a-f]{10}$", next);

        foreach (var (older, newer) in new[] { (first, second), (second, release), (release, after), (after, next), (next, "1.2.4") })
        {
            await OrderAsync(clone, older, newer);
        }
    }

    [Fact]
    public async Task A_commit_is_newer_than_those_before_it_whatever_was_merged_and_tagged()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync("for i in 1 2 3; do git commit --quiet --allow-empty --message more; done");
        var before = await VersionAsync(clone);
        await clone.RunAsync("""
            git checkout --quiet -b maintenance
            git commit --quiet --allow-empty --message more
            git tag v1.1.9
            git checkout --quiet main
            git merge --quiet --no-ff --message merge maintenance
            """);
        await OrderAsync(clone, before, await VersionAsync(clone));
    }

    [Fact]
    public async Task A_tag_that_only_begins_with_a_number_is_no_version()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync("git tag v1.2.3-rc1; git tag v1.2.3.4");
        Assert.Matches(@"^1\.2\.3~dev\.1\+g[0-9a-f]{10}$", await VersionAsync(clone));
    }

    [Fact]
    public async Task Nothing_is_compiled_of_a_tree_whose_version_is_refused()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync("git tag v1.2.4");
        clone.Replace("tree/packaging/sysroot", "exit 1");
        clone.Replace("bin/clang", ":");
        clone.Replace("bin/dotnet", $"touch {clone.At("compiled")}");
        Assert.Equal(1, (await clone.TryAsync("packaging/publish ../published")).Code);
        Assert.False(File.Exists(clone.At("compiled")));
        await clone.RunAsync("PACKAGE_VERSION=1.2.3 packaging/publish ../published");
        Assert.True(File.Exists(clone.At("compiled")));
    }

    [Theory]
    [InlineData("echo >>packaging/changelog")]
    [InlineData("echo >src/new.cs")]
    [InlineData("git config status.showUntrackedFiles no; echo >src/new.cs")]
    public async Task Files_that_differ_from_the_tagged_commit_are_no_release(string change)
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync($"git tag v1.2.3; {change}");
        Assert.Matches(@"^1\.2\.3\+dev\.1\+g[0-9a-f]{10}\.changed$", await VersionAsync(clone));
    }

    [Fact]
    public async Task A_tag_of_another_number_than_the_changelogs_is_refused()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync("git tag v1.2.4");
        Assert.Equal(1, (await clone.TryAsync("packaging/version")).Code);
    }

    [Fact]
    public async Task A_shallow_clone_is_refused_except_at_a_tag()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync("git commit --quiet --allow-empty --message more; git clone --quiet --depth 1 file://$PWD ../shallow");
        Assert.Equal(1, (await clone.TryAsync("../shallow/packaging/version")).Code);
        await clone.RunAsync("git tag v1.2.3; git -C ../shallow fetch --quiet --depth 1 origin tag v1.2.3");
        Assert.Equal("1.2.3", await clone.RunAsync("../shallow/packaging/version"));
    }

    [Fact]
    public async Task An_archive_of_the_sources_has_the_number_whatever_repository_it_lies_in()
    {
        using var clone = await SourceClone.AtAsync("1.2.3");
        await clone.RunAsync("git tag v9.9.9; mkdir archive; git archive HEAD | tar -C archive -x");
        Assert.Equal("1.2.3", await clone.RunAsync("archive/packaging/version"));
        Assert.Equal(await clone.RunAsync("date -d 2026-11-26T12:00:00Z +%s"), await clone.RunAsync("archive/packaging/build --date"));
    }

    /// <summary>For apt, and for dnf where rpm is here.</summary>
    private static async Task OrderAsync(SourceClone clone, string older, string newer)
    {
        await clone.RunAsync($"dpkg --compare-versions '{older}' lt '{newer}'");
        if ((await clone.TryAsync("command -v rpm")).Code == 0)
        {
            Assert.Equal("-1", await clone.RunAsync($$"""rpm --eval '%{lua:print(rpm.vercmp("{{older}}", "{{newer}}"))}'"""));
        }
    }

    private static Task<string> VersionAsync(SourceClone clone) => clone.RunAsync("packaging/version");

    [GeneratedRegex(@"^k2hdkc-slave-agent \((\d+\.\d+\.\d+)\) ")]
    private static partial Regex FirstLine();
}
