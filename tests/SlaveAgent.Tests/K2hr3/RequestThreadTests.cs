using SlaveAgent.K2hr3;

namespace SlaveAgent.Tests.K2hr3;

/// <summary>The thread that sends requests by itself.</summary>
public sealed class RequestThreadTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly RequestThread _thread = new();

    public void Dispose() => _thread.Dispose();

    [Fact]
    public async Task Requests_one_after_the_other_are_sent_by_the_same_thread()
    {
        var (asking, threads) = (Environment.CurrentManagedThreadId, new HashSet<int>());
        for (var request = 0; request < 5; request++)
        {
            await Send(() => threads.Add(Environment.CurrentManagedThreadId));
        }

        Assert.NotEqual(asking, Assert.Single(threads));
    }

    [Fact]
    public async Task A_request_beside_another_is_not_taken_and_the_next_one_is()
    {
        using var isSending = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var first = Send(() =>
        {
            isSending.Set();
            Assert.True(goOn.Wait(Timeout));
        });
        Assert.True(isSending.Wait(Timeout, TestContext.Current.CancellationToken));
        Assert.Null(_thread.TrySend(() => new HttpResponseMessage()));
        goOn.Set();
        await first;
        await Send(() => { });
    }

    [Fact]
    public async Task Who_hears_an_answer_on_the_thread_may_ask_again()
    {
        var second = await Task.Run(async () =>
        {
            await Send(() => { }).ConfigureAwait(false);
            return await (_thread.TrySend(() => new HttpResponseMessage()) ?? throw new InvalidOperationException("it was not taken")).WaitAsync(Timeout).ConfigureAwait(false);
        });
        Assert.NotNull(second);
    }

    [Fact]
    public async Task What_goes_wrong_is_heard_by_who_asked_and_the_next_request_is_sent()
    {
        Assert.Equal("no", (await Assert.ThrowsAsync<HttpRequestException>(() => Send(() => throw new HttpRequestException("no")))).Message);
        await Send(() => { });
    }

    [Fact]
    public async Task Once_ended_it_takes_none_and_still_answers_the_one_under_way()
    {
        using var isSending = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var last = Send(() =>
        {
            isSending.Set();
            Assert.True(goOn.Wait(Timeout));
        });
        Assert.True(isSending.Wait(Timeout, TestContext.Current.CancellationToken));
        _thread.Dispose();
        Assert.Null(_thread.TrySend(() => new HttpResponseMessage()));
        goOn.Set();
        await last;
        Assert.Null(_thread.TrySend(() => new HttpResponseMessage()));
    }

    private Task<HttpResponseMessage> Send(Action send)
    {
        var answer = _thread.TrySend(() =>
        {
            send();
            return new HttpResponseMessage();
        });
        Assert.NotNull(answer);
        return answer.WaitAsync(Timeout);
    }
}
