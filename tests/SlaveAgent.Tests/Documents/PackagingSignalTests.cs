using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>The scripts of the packaging remove their temporary files also when a signal ends them, which one of the programs that they run sends.</summary>
public sealed class PackagingSignalTests
{
    [Theory]
    [InlineData("mkdir", "packaging/build --agent /bin/true ../out")]
    [InlineData("mkdir", "packaging/reproducible --agent /bin/true")]
    [InlineData("dotnet", "packaging/publish ../out")]
    [InlineData("clone", "packaging/release --verify ../release")]
    [InlineData("cp", "packaging/repository --key a --uri b ../repository packaging/LICENSE.deb")]
    public async Task Nothing_stays_when_a_signal_ends_it(string program, string command)
    {
        Promtool.Require("git", "jq", "dpkg-deb", "rpmbuild", "readelf");
        using var clone = await SourceClone.AtAsync("1.2.3");
        foreach (var tool in new[] { "apt-ftparchive", "clang", "createrepo_c", "dotnet", "gpg", "ld.lld", "llvm-objcopy", "rpmsign" })
        {
            clone.Replace($"bin/{tool}", ":");
        }

        const string Signal = "kill -TERM $PPID";
        clone.Replace("tree/packaging/sysroot", "exit 1");
        clone.Replace(program == "clone" ? "bin/git" : $"bin/{program}", program switch
        {
            "clone" => $"case $1 in clone) {Signal} ;; *) exec $(PATH=/usr/bin:/bin command -v git) \"$@\" ;; esac",
            "mkdir" => $"/bin/mkdir \"$@\"; {Signal}",
            _ => Signal,
        });
        var (code, output, error) = await clone.TryAsync($"""
            /bin/mkdir ../temporary
            /bin/cp packaging/LICENSE packaging/LICENSE.deb
            TMPDIR=$(realpath ../temporary) {command}
            """);
        Assert.True(code == 143, $"{code}: {output}{error}");
        Assert.Empty(Directory.GetFileSystemEntries(clone.At("temporary")));
        Assert.True(!Directory.Exists(clone.At("repository")) || Directory.GetDirectories(clone.At("repository"), ".new.*").Length == 0);
    }
}
