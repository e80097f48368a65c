using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class ChmpxLeftoversTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChmpxLeftovers Leftovers => new(_directory.Root);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Queues_of_the_cluster_that_no_process_reads_are_removed_and_those_that_one_reads_stay()
    {
        var read = Queue("ring.4d81a92600000000");
        var written = Queue("ring.4d81a92600000001");
        var left = Queue("ring.4d81a92600000002");
        var others = new[] { Queue("rings.4d81a92600000002"), Queue("other.4d81a92600000002"), Queue("ring.notes"), Queue("ring.4d81a926000000020") };
        using var reader = new FileStream(read, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var writer = new FileStream(written, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Assert.Equal([written, left], Leftovers.RemoveQueues("ring").Order());
        Assert.All([read, .. others], path => Assert.True(File.Exists(path), path));
        Assert.False(File.Exists(written));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void Shared_memory_of_another_users_chmpx_is_removed_and_ones_own_is_chmpxs_to_rename()
    {
        string[] own = ["ring-8031.chmpx", "ring-8031.k2h", "ring-8021.chmpx", "other-8031.chmpx", ".k2h_40a04380fa58d6f3"];
        foreach (var name in own)
        {
            _directory.Put($"var/lib/antpickax/{name}", string.Empty);
        }

        var me = Leftovers.Owner!.Value;
        Assert.Empty(Leftovers.RemoveMemory("ring", 8031, me));
        Assert.Equal(own[..2].Select(name => _directory.At($"/var/lib/antpickax/{name}")), Leftovers.RemoveMemory("ring", 8031, me + 1));
        Assert.Equal(own[2..].Order(), Directory.EnumerateFiles(_directory.At("var/lib/antpickax")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_link_under_the_name_of_shared_memory_is_not_followed()
    {
        var target = _directory.Put("target", "mine");
        _directory.Put("var/lib/antpickax/x", string.Empty);
        File.CreateSymbolicLink(_directory.At("var/lib/antpickax/ring-8031.chmpx"), target);
        Assert.Empty(Leftovers.RemoveMemory("ring", 8031, uint.MaxValue));
        Assert.Equal("mine", File.ReadAllText(target));
    }

    [Fact]
    public void A_host_without_queues_or_memory_has_no_leftovers()
    {
        Assert.Empty(Leftovers.RemoveQueues("ring"));
        Assert.Null(Leftovers.Owner);
    }

    private string Queue(string name) => _directory.Put($"/dev/mqueue/{name}", string.Empty);
}
