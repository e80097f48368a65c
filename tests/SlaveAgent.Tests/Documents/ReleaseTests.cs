using System.Text.Json.Nodes;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>What <c>packaging/release</c> makes, checked by the commands that its page names; a program of this machine's is in place of the executable.</summary>
public sealed class ReleaseTests(ReleaseTests.Release release) : IClassFixture<ReleaseTests.Release>
{
    private const string Operator = "operator@example.org", Other = "other@example.org";

    private static readonly string Commands = string.Join('\n', Repository.Read("packaging/RELEASING.md").Split("## Checking one\n")[1].Split("\n## ")[0]
        .Split('\n').Where(line => line.StartsWith("    ", StringComparison.Ordinal)));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_release_passes_the_commands_of_its_page() =>
        Assert.Equal((0, string.Empty), await CheckAsync(release.Copy(), Commands));

    [Fact]
    public async Task A_changed_byte_in_any_of_its_files_is_refused_by_them()
    {
        foreach (var file in Directory.GetFiles(release.Path).Select(Path.GetFileName).Except(["key.asc", "provenance.intoto.jsonl"]))
        {
            var copy = release.Copy();
            await ChangeAsync(Path.Join(copy, file), bytes => bytes.Length / 2);
            Assert.NotEqual(0, (await CheckAsync(copy, Commands)).Code);
        }
    }

    [Theory]
    [InlineData("\"payload\":\"")]
    [InlineData("\"sig\":\"")]
    public async Task A_changed_byte_in_the_statement_or_its_signature_is_refused_by_them(string member)
    {
        var copy = release.Copy();
        var text = await File.ReadAllTextAsync(Path.Join(copy, "provenance.intoto.jsonl"), Cancel);
        await ChangeAsync(Path.Join(copy, "provenance.intoto.jsonl"), _ => text.IndexOf(member, StringComparison.Ordinal) + member.Length + 60);
        Assert.NotEqual(0, (await CheckAsync(copy, Commands)).Code);
    }

    [Fact]
    public async Task A_release_that_another_key_signed_is_refused_by_them()
    {
        var other = release.NewPath();
        await release.Clone.RunAsync($"packaging/release --key {Other} {other}");
        await release.Clone.RunAsync($"gpg --armor --export {Other} >{other}/key.asc");
        Assert.Equal(0, (await CheckAsync(other, Commands)).Code);
        File.Copy(Path.Join(release.Path, "key.asc"), Path.Join(other, "key.asc"), overwrite: true);
        Assert.NotEqual(0, (await CheckAsync(other, Commands)).Code);

        // Nor with a statement of that key's beside sums that the operator signed.
        var mixed = release.Copy();
        File.Copy(Path.Join(other, "provenance.intoto.jsonl"), Path.Join(mixed, "provenance.intoto.jsonl"), overwrite: true);
        Assert.NotEqual(0, (await CheckAsync(mixed, Commands)).Code);
    }

    [Fact]
    public async Task Its_statement_names_every_file_the_commit_the_lock_and_the_key()
    {
        var (envelope, statement) = await StatementAsync(release.Path);
        Assert.Equal("application/vnd.in-toto+json", (string?)envelope["payloadType"]);
        Assert.Equal(("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"), ((string?)statement["_type"], (string?)statement["predicateType"]));

        string[] packages = ["-1.2.3-1.aarch64.rpm", "-1.2.3-1.x86_64.rpm", "_1.2.3_amd64.deb", "_1.2.3_arm64.deb"];
        var files = packages.SelectMany(package => new[] { $"k2hdkc-slave-agent{package}", $"k2hdkc-slave-agent{package}.cdx.json" }).Prepend("changelog").ToList();
        Assert.Equal(files, statement["subject"]!.AsArray().Select(subject => (string)subject!["name"]!));
        Assert.Equal(
            files.Concat(["SHA256SUMS", "SHA256SUMS.asc", "provenance.intoto.jsonl", "key.asc"]).Order(StringComparer.Ordinal),
            Directory.GetFiles(release.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var build = statement["predicate"]!["buildDefinition"]!;
        var sources = build["resolvedDependencies"]!.AsArray();
        JsonNode Digest(string name) => sources.Single(source => ((string?)source!["name"])?.StartsWith(name, StringComparison.Ordinal) == true)!["digest"]!;
        Assert.EndsWith("@refs/tags/v1.2.3", (string)sources[0]!["uri"]!, StringComparison.Ordinal);
        Assert.Equal(await release.Clone.RunAsync("git rev-parse HEAD"), (string?)sources[0]!["digest"]!["gitCommit"]);
        Assert.Equal(await release.Clone.RunAsync("sha256sum <src/SlaveAgent/packages.lock.json | cut -d ' ' -f 1"), (string?)Digest("src/SlaveAgent/packages.lock.json")["sha256"]);
        Assert.Matches("^[0-9a-f]{64}$", (string?)Digest("sdk")["dirHash"]);

        // What makes the bytes.
        string[] tools = ["clang", "dotnet", "dpkg-deb", "gzip", "jq", "ld.lld", "llvm-objcopy", "rpmbuild", "xz"];
        Assert.Equal(tools, build["internalParameters"]!["tools"]!.AsObject().Select(tool => tool.Key).Order(StringComparer.Ordinal));
        Assert.Equal(await release.Clone.RunAsync("dotnet --version"), (string?)build["internalParameters"]!["tools"]!["dotnet"]);

        // A subkey signs; the builder is who has the primary key.
        var keys = (await release.Clone.RunAsync($"gpg --with-colons --list-keys {Operator} | awk -F: '$1 == \"fpr\" {{ print $10 }}'")).Split('\n');
        Assert.Equal(2, keys.Length);
        Assert.Equal($"openpgp4fpr:{keys[0]}", (string?)statement["predicate"]!["runDetails"]!["builder"]!["id"]);
        Assert.Equal(keys[1], (string?)envelope["signatures"]![0]!["keyid"]);
    }

    [Fact]
    public async Task Of_packages_that_were_given_the_statement_says_so_and_names_nothing_that_built_them()
    {
        var place = await CloneAsync("git commit --quiet --allow-empty --message more");
        var (code, output, error) = await release.Clone.TryAsync(
            $"""
            packaging/build --arch arm64 ../packages
            packaging/release --key {Operator} --snapshot --arch arm64 --packages ../packages ../release
            packaging/release --verify --packages ../packages ../release
            """,
            $"{place}/tree");
        Assert.True(code == 0, output + error);
        var build = (await StatementAsync($"{place}/release")).Statement["predicate"]!["buildDefinition"]!;
        Assert.NotNull(build["externalParameters"]!["packages"]);
        Assert.Equal("jq", Assert.Single(build["internalParameters"]!["tools"]!.AsObject()).Key);
        Assert.Single(build["resolvedDependencies"]!.AsArray());
    }

    [Fact]
    public async Task Each_package_has_a_bill_of_materials_with_its_digest_and_bears_the_version()
    {
        foreach (var package in Directory.GetFiles(release.Path).Where(file => Path.GetExtension(file) is ".deb" or ".rpm"))
        {
            var sbom = JsonNode.Parse(await File.ReadAllTextAsync($"{package}.cdx.json", Cancel))!;
            Assert.Equal("CycloneDX", (string?)sbom["bomFormat"]);
            Assert.Equal("1.2.3", (string?)sbom["metadata"]!["component"]!["version"]);
            Assert.Equal("1.2.3", await release.Clone.RunAsync(Path.GetExtension(package) == ".deb" ? $"dpkg-deb --field {package} Version" : $"rpm -qp --queryformat '%{{VERSION}}' {package}"));
            Assert.Equal(await release.Clone.RunAsync($"sha256sum <{package} | cut -d ' ' -f 1"), (string?)sbom["metadata"]!["component"]!["hashes"]![0]!["content"]);
            Assert.Contains(sbom["components"]!.AsArray(), component => (string?)component!["name"] == "YamlDotNet");
        }
    }

    [Fact]
    public async Task Verifying_passes_when_the_same_bytes_are_made_and_fails_when_others_are()
    {
        await release.Clone.RunAsync($"packaging/release --verify {release.Path}");

        // A package that was changed, and the sums with it, which whoever holds the key could sign.
        var copy = release.Copy();
        var deb = Assert.Single(Directory.GetFiles(copy, "*_amd64.deb"));
        await ChangeAsync(deb, bytes => bytes.Length / 2);
        await release.Clone.RunAsync($"cd {copy} && sha256sum $(cut -c 67- SHA256SUMS) >sums && mv sums SHA256SUMS");
        var (code, _, error) = await release.Clone.TryAsync($"packaging/release --verify {copy}");
        Assert.Equal(1, code);
        Assert.Contains(Path.GetFileName(deb), error, StringComparison.Ordinal);
        Assert.DoesNotContain(".rpm", error, StringComparison.Ordinal);
        Assert.Equal(1, (await release.Clone.TryAsync($"packaging/release --verify --arch amd64 {copy}")).Code);
        await release.Clone.RunAsync($"packaging/release --verify --arch arm64 {copy}");
    }

    [Theory]
    [InlineData("mkdir ../hooks; printf '#!/bin/sh\necho >new\n' >../hooks/post-checkout; chmod +x ../hooks/post-checkout; git config --file ../.gitconfig core.hooksPath $(realpath ../hooks)")]
    [InlineData("echo '%vendor somebody' >../.rpmmacros")]
    [InlineData("[ $(id -u) != 0 ] || chown -R 12345 .")]
    public async Task The_bytes_do_not_depend_on_the_users_configuration_nor_on_whose_the_clone_is(string change)
    {
        var place = await CloneAsync(change);
        var (code, output, error) = await release.Clone.TryAsync($"HOME={place} GIT_CONFIG_GLOBAL={place}/.gitconfig packaging/release --verify {release.Path}", $"{place}/tree");
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task Verifying_in_a_clone_without_the_tag_fails_before_anything_is_built()
    {
        var place = await CloneAsync("git tag --delete v1.2.3");
        var (code, output, error) = await release.Clone.TryAsync($"packaging/release --verify {release.Path}", $"{place}/tree");
        Assert.Equal((1, string.Empty), (code, output));
        Assert.DoesNotContain(".rpm", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git tag --delete v1.2.3", $"--key {Operator}")]
    [InlineData("echo >packaging/new", $"--key {Operator}")]
    [InlineData("echo >packaging/new", $"--key {Operator} --snapshot")]
    [InlineData("git commit --allow-empty --message more", $"--key {Operator} --snapshot --packages ../packages")]
    [InlineData(":", $"--key {Operator} --snapshot --packages ../packages")]
    [InlineData("git tag --delete v1.2.3; git update-index --assume-unchanged packaging/changelog; sed -i 1s/1.2.3/1.2.4/ packaging/changelog", $"--key {Operator} --snapshot")]
    [InlineData("mkdir ../bin; printf '#!/bin/sh\nexit 1\n' >../bin/dotnet; chmod +x ../bin/dotnet", $"--key {Operator}")]
    [InlineData("mkdir ../bin; printf '#!/bin/sh\n/bin/cp \"$@\"\ncase $* in *release-of-another*|*/.release*) exit 1; esac\n' >../bin/cp; chmod +x ../bin/cp", $"--key {Operator}")]
    [InlineData(":", "--key nobody@example.org")]
    [InlineData("mkdir ../release-of-another", $"--key {Operator}")]
    [InlineData("git commit --allow-empty --message more", "--verify")]
    public async Task Nothing_is_made_of_what_is_not_the_tagged_commit_or_cannot_be_signed(string change, string options)
    {
        var place = await CloneAsync(change);
        await release.Clone.RunAsync($"ln -s {release.Path} {place}/packages");
        var target = options == "--verify" ? release.Path : $"{place}/release-of-another";
        var before = Directory.Exists(target);
        var (code, output, _) = await release.Clone.TryAsync($"PATH={place}/bin:$PATH packaging/release {options} {target}", $"{place}/tree");
        Assert.Equal((1, string.Empty), (code, output));
        Assert.Equal(before, Directory.Exists(target));
        Assert.Empty(Directory.GetDirectories(place, ".release.*"));
    }

    private static async Task<(JsonNode Envelope, JsonNode Statement)> StatementAsync(string directory)
    {
        var envelope = JsonNode.Parse(await File.ReadAllTextAsync(Path.Join(directory, "provenance.intoto.jsonl"), Cancel))!;
        return (envelope, JsonNode.Parse(Convert.FromBase64String((string)envelope["payload"]!))!);
    }

    private static async Task ChangeAsync(string file, Func<byte[], int> place)
    {
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        var at = place(bytes);

        // Another letter, so that what is text stays text.
        bytes[at] = bytes[at] == 'A' ? (byte)'B' : (byte)'A';
        await File.WriteAllBytesAsync(file, bytes, Cancel);
    }

    /// <summary>A clone of the clone, which the change does not outlast: <c>tree</c> in the directory that is returned. The change is made in it.</summary>
    private async Task<string> CloneAsync(string change)
    {
        var place = release.NewPath();
        await release.Clone.RunAsync($"git clone --quiet --no-hardlinks . {place}/tree");
        await release.Clone.RunAsync($"cd {place}/tree && {{ {change}; }} >/dev/null");
        return place;
    }

    private async Task<(int Code, string Failed)> CheckAsync(string directory, string commands)
    {
        var (code, output, error) = await release.Clone.TryAsync(commands, directory);
        return (code, code == 0 ? string.Empty : output + error);
    }

    /// <summary>One release, which the tests copy.</summary>
    public sealed class Release : IAsyncLifetime
    {
        private int _paths;

        internal SourceClone Clone { get; private set; } = null!;

        public string Path => Clone.At("release");

        public string NewPath() => Clone.At($"{Interlocked.Increment(ref _paths)}");

        /// <summary>Without what checking one left there.</summary>
        public string Copy()
        {
            var copy = Directory.CreateDirectory(NewPath()).FullName;
            foreach (var file in Directory.GetFiles(Path))
            {
                File.Copy(file, System.IO.Path.Join(copy, System.IO.Path.GetFileName(file)));
            }

            return copy;
        }

        public async ValueTask InitializeAsync()
        {
            Promtool.Require("git", "gpg", "gpgv", "jq", "dpkg-deb", "rpmbuild", "readelf");
            Clone = await SourceClone.AtAsync("1.2.3");
            foreach (var tool in new[] { "clang", "ld.lld", "llvm-objcopy" })
            {
                Clone.Replace($"bin/{tool}", "echo stand-in 1");
            }

            // The processor is two bytes of an executable's head.
            Clone.Replace("tree/packaging/sysroot", ":");
            Clone.Replace("tree/packaging/publish", """
                mkdir -p "$3"
                cp /bin/true "$3/k2hdkc-slave-agent"
                case $2 in amd64) machine='\076\000' ;; arm64) machine='\267\000' ;; esac
                printf "$machine" | dd of="$3/k2hdkc-slave-agent" bs=1 seek=18 conv=notrunc status=none
                """);
            await Clone.RunAsync($"""
                mkdir -m 700 "$GNUPGHOME"
                gpg --batch --quiet --passphrase '' --quick-generate-key {Other} ed25519 sign never
                gpg --batch --quiet --passphrase '' --quick-generate-key {Operator} ed25519 cert never
                gpg --batch --quiet --passphrase '' --quick-add-key "$(gpg --with-colons --list-keys {Operator} | grep ^fpr | cut -d : -f 10)" ed25519 sign never
                git commit --quiet --all --message stand-ins
                git tag v1.2.3
                packaging/release --key {Operator} {Path}
                gpg --armor --export {Operator} >{Path}/key.asc
                """);
        }

        public ValueTask DisposeAsync()
        {
            Clone?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
