using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Daemon;
using SlaveAgent.Files;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Daemon;

public sealed class HeartbeatTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private HostRoot Root => _directory.Root;

    public void Dispose() => _directory.Dispose();

    /// <summary>A full file system takes no new file, and a file that it has may be written in its place.</summary>
    [Fact]
    public void It_is_written_into_the_place_that_it_has()
    {
        var heartbeat = new Heartbeat(Root);
        heartbeat.Write(_time);
        var made = FileStatus.Of(Root.Agent.Heartbeat)!;
        var first = File.ReadAllText(Root.Agent.Heartbeat);
        _time.Advance(TimeSpan.FromDays(1000));
        heartbeat.Write(_time);
        var now = FileStatus.Of(Root.Agent.Heartbeat)!;
        Assert.Equal((made.Version.Inode, made.Version.Size), (now.Version.Inode, now.Version.Size));
        Assert.NotEqual(first, File.ReadAllText(Root.Agent.Heartbeat));
    }

    [Fact]
    public void One_of_an_earlier_process_says_nothing_of_an_agent_that_tells_systemd_instead()
    {
        new Heartbeat(Root).Write(_time);
        using var turn = FileLock.TryTake(Root.Agent.DaemonLock);
        _time.Advance(Heartbeat.Limit + TimeSpan.FromSeconds(1));
        Assert.NotNull(Heartbeat.WhyDead(Root, _time));
        Heartbeat.Forget(Root);
        Assert.Null(Heartbeat.WhyDead(Root, _time));
    }
}
