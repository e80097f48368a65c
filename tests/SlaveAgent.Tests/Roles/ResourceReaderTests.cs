using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

public sealed class ResourceReaderTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private RoleServer _server = null!;
    private K2hr3Client _client = null!;
    private EvidenceMemory _evidence = null!;
    private ResourceReader _reader = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Kept => _directory.Root.Agent.AcceptedResource;

    public async ValueTask InitializeAsync()
    {
        _server = await RoleServer.StartAsync();
        _client = _server.Client(_time);
        Restart();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_answer_without_a_body_stands_for_the_text_that_is_known_also_after_a_restart()
    {
        var text = Assert.IsType<K2hr3Answer.Text>(await _reader.ReadAsync(fresh: false, Cancel));
        Assert.Same(text, await _reader.ReadAsync(fresh: false, Cancel));
        _reader.Accept(text.Value);
        Restart();
        Assert.Equal(text, await _reader.ReadAsync(fresh: false, Cancel));
        Assert.Equal([null, text.ETag, text.ETag], _server.Conditions);
    }

    [Fact]
    public async Task A_text_that_is_asked_for_again_is_asked_for_without_a_condition()
    {
        await _reader.ReadAsync(fresh: false, Cancel);
        await _reader.ReadAsync(fresh: true, Cancel);
        Assert.Equal([null, null], _server.Conditions);
    }

    [Fact]
    public async Task What_became_a_configuration_is_written_down_once_and_with_the_tag_of_its_own_answer_only()
    {
        var text = Assert.IsType<K2hr3Answer.Text>(await _reader.ReadAsync(fresh: false, Cancel));
        _reader.Accept(text.Value);
        var version = FileStatus.Of(Kept)!.Version;
        _reader.Accept(text.Value);
        Restart();
        _reader.Accept(text.Value);
        Assert.Equal(version, FileStatus.Of(Kept)!.Version);
        Assert.Equal(text.ETag, AcceptedResource.Load(Kept, RoleServer.Role.ToResource().ToString())!.ETag);

        _reader.Accept("another text");
        Assert.Null(AcceptedResource.Load(Kept, RoleServer.Role.ToResource().ToString())!.ETag);
        Assert.Equal("another text", _reader.AcceptedText);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" \n")]
    [InlineData("[GLOBAL]\nMODE = SERVER\n")]
    [InlineData("just some text")]
    public async Task That_a_role_is_no_slaves_takes_three_answers_to_go_on_with_and_five_minutes_to_be_certain(string? text)
    {
        _server.Text = text;
        Assert.Equal(EvidenceStage.None, _reader.NotASlave);
        await AskAsync(times: 2);
        Assert.Equal(EvidenceStage.TooFew, _reader.NotASlave);
        await AskAsync(times: 1);
        Assert.Equal((EvidenceStage.Unconfirmed, TimeSpan.FromMinutes(5)), (_reader.NotASlave, _reader.Remaining));

        // Any number of answers is over in seconds with a store in trouble.
        await AskAsync(times: 20);
        _time.Advance(TimeSpan.FromSeconds(299));
        await AskAsync(times: 1);
        Assert.Equal((EvidenceStage.Unconfirmed, TimeSpan.FromSeconds(1)), (_reader.NotASlave, _reader.Remaining));
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(times: 1);
        Assert.Equal((EvidenceStage.Confirmed, TimeSpan.Zero), (_reader.NotASlave, _reader.Remaining));
        Assert.Equal(text is null, _reader.IsUnreadable);
    }

    [Theory]
    [InlineData(null, ResourceReader.Unreadable)]
    [InlineData("", ResourceReader.Empty)]
    [InlineData("[GLOBAL]\nMODE = SERVER\n", ResourceReader.OtherText, "SERVER")]
    [InlineData(SampleIni.Text, null)]
    public async Task Why_it_is_none_can_be_said(string? text, string? claim, string data = "")
    {
        _server.Text = text;
        await AskAsync(times: 1);
        Assert.Equal((claim, claim is null), (_reader.Claim, _reader.WhyNotASlave is null));
        Assert.Contains(data, _reader.WhyNotASlave ?? string.Empty, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SampleIni.Text, null)]
    [InlineData("", null)]
    [InlineData(null, 500)]
    [InlineData(null, 401)]
    public async Task Any_other_answer_in_between_starts_it_over(string? text, int? trouble)
    {
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        await AskAsync(times: 3);
        _time.Advance(TimeSpan.FromMinutes(4));
        (_server.Text, _server.Trouble) = (text, trouble);
        await AskAsync(times: 1);
        (_server.Text, _server.Trouble) = ("[GLOBAL]\nMODE = SERVER\n", null);
        _time.Advance(TimeSpan.FromMinutes(4));
        await AskAsync(times: 2);
        Assert.Equal(EvidenceStage.TooFew, _reader.NotASlave);
        await AskAsync(times: 1);
        Assert.Equal((EvidenceStage.Unconfirmed, TimeSpan.FromMinutes(5)), (_reader.NotASlave, _reader.Remaining));
    }

    [Fact]
    public async Task A_restarted_agent_neither_starts_over_nor_is_certain_sooner()
    {
        _server.Text = string.Empty;
        for (var minute = 0; minute < 5; minute++)
        {
            await AskAsync(times: 1);
            Assert.NotEqual(EvidenceStage.Confirmed, _reader.NotASlave);
            _time.Advance(TimeSpan.FromMinutes(1));
            Restart();
        }

        await AskAsync(times: 1);
        Assert.Equal(EvidenceStage.Confirmed, _reader.NotASlave);
    }

    [Fact]
    public async Task Two_who_ask_share_what_was_heard()
    {
        var second = new ResourceReader(_client, RoleServer.Role.ToResource(), _directory.Root, _evidence);
        _server.Text = string.Empty;
        await AskAsync(times: 2);
        await second.ReadAsync(fresh: false, Cancel);
        Assert.Equal((EvidenceStage.Unconfirmed, EvidenceStage.Unconfirmed), (_reader.NotASlave, second.NotASlave));
    }

    [Fact]
    public async Task A_host_that_was_a_slave_node_stays_one_and_is_told_when_its_role_is_gone()
    {
        _reader.Accept(SampleIni.Text);
        _server.Text = string.Empty;
        await AskAsync(times: 5);
        _time.Advance(TimeSpan.FromHours(1));
        await AskAsync(times: 1);
        Assert.Equal((EvidenceStage.None, EvidenceStage.None), (_reader.NotASlave, _reader.Gone));
        _server.Text = null;
        await AskAsync(times: 3);
        Assert.Equal((EvidenceStage.None, EvidenceStage.Unconfirmed), (_reader.NotASlave, _reader.Gone));
        _time.Advance(TimeSpan.FromMinutes(5));
        await AskAsync(times: 1);
        Assert.Equal((EvidenceStage.None, EvidenceStage.Confirmed), (_reader.NotASlave, _reader.Gone));
    }

    private async Task AskAsync(int times)
    {
        for (var time = 0; time < times; time++)
        {
            await _reader.ReadAsync(fresh: false, Cancel);
        }
    }

    private void Restart()
    {
        _evidence = DefaultSettings.EvidenceOf(_directory, _time);
        _reader = new ResourceReader(_client, RoleServer.Role.ToResource(), _directory.Root, _evidence);
    }
}
