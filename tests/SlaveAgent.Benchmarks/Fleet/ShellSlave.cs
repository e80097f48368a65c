namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// What the shell tooling would do (Hosting/README.md, "Shell tooling"): a timer of a minute that systemd lets drift by up to another one, no condition, no look at the
/// ring, and nothing learned from a failure.
/// </summary>
internal sealed class ShellSlave(VirtualTime time, HttpMessageInvoker http, int ring, Random random)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public int Servers { get; private set; }

    public TimeSpan ChangedAt { get; private set; }

    public TimeSpan AnsweredAt { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await PollAsync(cancel);
            await Task.Delay(Minute * (1 + random.NextDouble()), time, cancel);
        }
    }

    private async Task PollAsync(CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://k2hr3.example/v1/resource/yrn:yahoo:::fleet:resource:c{ring}/slave");
            using var response = await http.SendAsync(request, cancel);
            var text = await response.Content.ReadAsStringAsync(cancel);
            var servers = int.Parse(text.Split('"')[^2], System.Globalization.CultureInfo.InvariantCulture);
            if (servers != Servers)
            {
                (Servers, ChangedAt) = (servers, time.Now);
            }

            AnsweredAt = time.Now;
        }
        catch (HttpRequestException)
        {
            // Until the next time.
        }
    }
}
