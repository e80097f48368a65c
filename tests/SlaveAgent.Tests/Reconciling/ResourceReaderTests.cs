using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class ResourceReaderTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private RoleServer _server = null!;
    private K2hr3Client _client = null!;
    private ResourceReader _reader = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Kept => _directory.Root.At(AgentPaths.AcceptedResource);

    public async ValueTask InitializeAsync()
    {
        _server = await RoleServer.StartAsync();
        _client = _server.Client(new FakeTimeProvider());
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
        var text = Assert.IsType<K2hr3Answer.Text>(await _reader.LookAsync(anew: false, Cancel));
        Assert.Same(text, await _reader.LookAsync(anew: false, Cancel));
        _reader.Accept(text.Value);
        Restart();
        Assert.Equal(text, await _reader.LookAsync(anew: false, Cancel));
        Assert.Equal([null, text.ETag, text.ETag], _server.Conditions);
    }

    [Fact]
    public async Task A_text_that_is_asked_for_anew_is_asked_for_without_a_condition()
    {
        await _reader.LookAsync(anew: false, Cancel);
        await _reader.LookAsync(anew: true, Cancel);
        Assert.Equal([null, null], _server.Conditions);
    }

    [Fact]
    public async Task What_became_a_configuration_is_written_down_once_and_with_the_tag_of_its_own_answer_only()
    {
        var text = Assert.IsType<K2hr3Answer.Text>(await _reader.LookAsync(anew: false, Cancel));
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

    [Fact]
    public async Task A_resource_that_may_not_be_read_is_believed_the_third_time_in_a_row()
    {
        _server.Text = null;
        await LookAsync(times: 2);
        Assert.False(_reader.IsSurelyUnreadable);
        _server.Trouble = 500;
        await LookAsync(times: 1);
        _server.Trouble = null;
        await LookAsync(times: 2);
        Assert.False(_reader.IsSurelyUnreadable);
        await LookAsync(times: 1);
        Assert.True(_reader.IsSurelyUnreadable);
    }

    [Fact]
    public async Task An_empty_resource_is_doubted_twice_in_a_row()
    {
        await LookAsync(times: 1);
        Assert.False(_reader.IsDoubtful);
        _server.Text = " \n";
        await LookAsync(times: 1);
        Assert.True(_reader.IsDoubtful);
        await LookAsync(times: 1);
        Assert.True(_reader.IsDoubtful);
        await LookAsync(times: 1);
        Assert.False(_reader.IsDoubtful);
        _server.Text = SampleIni.Text;
        await LookAsync(times: 1);
        _server.Text = string.Empty;
        await LookAsync(times: 1);
        Assert.True(_reader.IsDoubtful);
    }

    [Fact]
    public async Task Where_a_text_was_accepted_nothing_is_doubted_nor_believed_to_be_unreadable()
    {
        _reader.Accept(SampleIni.Text);
        _server.Text = string.Empty;
        await LookAsync(times: 1);
        Assert.False(_reader.IsDoubtful);
        _server.Text = null;
        await LookAsync(times: 5);
        Assert.False(_reader.IsSurelyUnreadable);
    }

    private async Task LookAsync(int times)
    {
        for (var time = 0; time < times; time++)
        {
            await _reader.LookAsync(anew: false, Cancel);
        }
    }

    private void Restart() => _reader = new ResourceReader(_client, RoleServer.Role.ToResource(), _directory.Root);
}
