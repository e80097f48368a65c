using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

public sealed class EvidenceMemoryTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private string Kept => _directory.Root.Agent.Evidence;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Each_question_has_evidence_of_its_own()
    {
        var memory = Make();
        memory.Note("a", "x");
        memory.Note("b", "y");
        memory.Note("b", null);
        Assert.Equal(("x", 1), (memory.Of("a")!.Claim, memory.Of("a")!.Answers));
        Assert.Null(memory.Of("b"));
        Assert.Equal(EvidenceStage.None, memory.StageOf("b"));
    }

    [Fact]
    public void It_is_known_after_a_restart_of_the_agent()
    {
        Make().Note("a", "x");
        _time.Advance(TimeSpan.FromMinutes(2));
        var memory = Make();
        Assert.Equal(TimeSpan.FromMinutes(2), memory.AgeOf("a"));
        Assert.Equal(TimeSpan.FromMinutes(3), memory.RemainingOf("a"));
        memory.Note("a", "x");
        memory.Note("a", "x");
        Assert.Equal(EvidenceStage.Unconfirmed, memory.StageOf("a"));
        Assert.Equal(EvidenceStage.Confirmed, memory.StageOf("a", TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Two_processes_share_what_was_heard_and_neither_puts_back_what_the_other_saw_contradicted()
    {
        var (daemon, bootstrap) = (Make(), Make());
        daemon.Note("a", "x");
        bootstrap.Note("a", "x");
        Assert.Equal(2, bootstrap.Of("a")!.Answers);
        daemon.Note("a", null);
        bootstrap.Note("b", "y");
        Assert.Null(Make().Of("a"));
        daemon.Note("a", "x");
        Assert.Equal((1, 1), (Make().Of("a")!.Answers, Make().Of("b")!.Answers));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("y")]
    public void An_answer_that_contradicts_what_another_process_heard_starts_it_over(string? contradiction)
    {
        var (daemon, bootstrap) = (Make(), Make());
        bootstrap.Note("a", "x");
        bootstrap.Note("a", "x");
        daemon.Note("a", contradiction);
        _time.Advance(TimeSpan.FromMinutes(5));
        daemon.Note("a", "x");
        Assert.Equal(EvidenceStage.TooFew, daemon.StageOf("a"));
    }

    [Fact]
    public void What_another_process_heard_contradicted_is_confirmed_no_longer()
    {
        var daemon = Make();
        for (var i = 0; i < 3; i++)
        {
            daemon.Note("a", "x");
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(EvidenceStage.Confirmed, daemon.StageOf("a"));
        Make().Note("a", null);
        daemon.Note("a", "x");
        Assert.Equal(EvidenceStage.TooFew, daemon.StageOf("a"));
    }

    /// <summary>The clock counts from the boot, and a runtime directory may outlive a boot in a container.</summary>
    [Fact]
    public void Evidence_of_the_future_is_another_boots_and_forgotten()
    {
        Make().Note("a", "x");
        var earlier = new FakeTimeProvider(_time.GetUtcNow() - TimeSpan.FromHours(1));
        Assert.Null(new EvidenceMemory(_directory.Root, DefaultSettings.Evidence, earlier).Of("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"a\":{}}")]
    [InlineData("{\"a\":{\"claim\":\"x\",\"answers\":-3,\"since\":\"00:00:00\"}}")]
    [InlineData("[1]")]
    public void A_file_of_no_use_is_passed_over(string text)
    {
        TempDirectory.PutAt(_directory.Root.Agent.Evidence, text);
        var memory = Make();
        Assert.Null(memory.Of("a"));
        memory.Note("a", "x");
        Assert.Equal(1, Make().Of("a")!.Answers);
    }

    [Fact]
    public void A_runtime_directory_that_cannot_be_written_ends_with_the_process_and_harms_nothing()
    {
        _directory.Put("run", "in the way");
        var memory = Make();
        memory.Note("a", "x");
        memory.Note("a", "x");
        Assert.Equal(2, memory.Of("a")!.Answers);
        Assert.Null(Make().Of("a"));
    }

    /// <summary>A daemon asks for ever; a quiet poll writes nothing.</summary>
    [Fact]
    public void What_is_not_news_writes_nothing()
    {
        var memory = Make();
        memory.Note("a", null);
        Assert.False(File.Exists(Kept));
        for (var i = 0; i < 3; i++)
        {
            memory.Note("a", "x");
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        var version = FileStatus.Of(Kept)!.Version;
        memory.Note("a", "x");
        Assert.Equal(version, FileStatus.Of(Kept)!.Version);
        Assert.Equal(EvidenceStage.Confirmed, memory.StageOf("a"));
        memory.Note("a", "y");
        Assert.NotEqual(version, FileStatus.Of(Kept)!.Version);
    }

    private EvidenceMemory Make() => DefaultSettings.EvidenceOf(_directory, _time);
}
