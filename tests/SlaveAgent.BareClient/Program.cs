using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;

namespace SlaveAgent.BareClient;

/// <summary>
/// What a conditional request costs with .NET's HTTP client and nothing else: URI, token, ETag, how often, and the seconds between; says milliseconds of
/// CPU a request, all threads of the process counted (clock_gettime(2), CLOCK_PROCESS_CPUTIME_ID), and the process's resident and anonymous memory in MB.
/// </summary>
internal static partial class Program
{
    private const int OfThisProcess = 2;

    private static async Task Main(string[] args)
    {
        var (uri, token, tag, times, pause) = (new Uri(args[0]), args[1], EntityTagHeaderValue.Parse(args[2]), Number(args[3]), TimeSpan.FromSeconds(Number(args[4])));
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.Zero };
        using var client = new HttpClient(handler);
        await AskAsync(client, uri, token, tag);
        var before = Cpu();
        for (var turn = 0; turn < times; turn++)
        {
            await Task.Delay(pause);
            await AskAsync(client, uri, token, tag);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(Cpu() - before) / times:0.000} {Memory("VmRSS"):0.0} {Memory("RssAnon"):0.0}"));
    }

    private static async Task AskAsync(HttpClient client, Uri uri, string token, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.ConnectionClose = true;
        request.Headers.Add("x-auth-token", $"R={token}");
        request.Headers.IfNoneMatch.Add(tag);
        using var answer = await client.SendAsync(request);
        if ((int)answer.StatusCode != 304)
        {
            throw new InvalidOperationException($"the answer was {(int)answer.StatusCode}, not 304");
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Memory(string kind) =>
        double.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith(kind, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;

    private static double Cpu() => ReadClock(OfThisProcess, out var time) == 0 ? (time.Seconds * 1e3) + (time.Nanoseconds / 1e6) : throw new IOException("this process's CPU clock cannot be read");

    [LibraryImport("libc.so.6", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Timespec time);

    private record struct Timespec(long Seconds, long Nanoseconds);
}
