using System.Net;
using System.Text;
using System.Text.Json;

namespace SlaveAgent.Tests.Simulation;

/// <summary>K2HR3 of a simulated world, with one role; without a socket, so that its time is the world's.</summary>
internal sealed class SimulatedK2hr3(SimulatedWorld world, Func<bool> isAlive) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        world.K2hr3Requests++;
        var trouble = world.K2hr3Trouble;

        // Without the context, so that what awaits it goes on upon this thread, too; a delay that is cancelled would not.
        await (trouble == K2hr3Trouble.Hangs ? UntilCancelledAsync(cancellationToken) : world.Time.Delay(TimeSpan.FromMilliseconds(60), CancellationToken.None)).ConfigureAwait(false);
        await SimulatedWorld.WhileAliveAsync(isAlive).ConfigureAwait(false);
        switch (trouble)
        {
            case K2hr3Trouble.Unreachable:
                throw new HttpRequestException(HttpRequestError.ConnectionError);
            case K2hr3Trouble.Status500:
                return Answer(HttpStatusCode.InternalServerError, new { result = false, message = "trouble" });
            case K2hr3Trouble.Status401:
                return Answer(HttpStatusCode.Unauthorized, new { result = false, message = "token is not existed or wrong" });
            case K2hr3Trouble.Garbage:
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") };
        }

        if (request.Method == HttpMethod.Put)
        {
            world.IsRegistered = true;
            return Answer(HttpStatusCode.Created, new { result = true, message = (string?)null });
        }

        var key = System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query)["keyname"];
        var value = key is null ? trouble == K2hr3Trouble.Empty ? string.Empty : world.ResourceText() : trouble == K2hr3Trouble.Empty ? string.Empty : SimulatedWorld.RoleKey(key);
        var etag = $"W/\"{value.GetHashCode(StringComparison.Ordinal)}\"";
        if (key is null && request.Headers.IfNoneMatch.ToString() == etag)
        {
            return new HttpResponseMessage(HttpStatusCode.NotModified);
        }

        var answer = Answer(HttpStatusCode.OK, new { result = true, message = (string?)null, resource = value });
        if (key is null)
        {
            answer.Headers.TryAddWithoutValidation("ETag", etag);
        }

        return answer;
    }

    private static async Task UntilCancelledAsync(CancellationToken cancel)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancel.UnsafeRegister(_ => cancelled.TrySetCanceled(cancel), null).ConfigureAwait(false);
        await cancelled.Task.ConfigureAwait(false);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, object body) =>
        new(status) { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };
}
