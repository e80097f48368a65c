namespace SlaveAgent.Tests.Faults;

/// <summary>K2HR3 bad in every way there is, alone and in random sequences; once it is well the slave must be as K2HR3 says.</summary>
public sealed class HttpTests
{
    /// <summary>The longest delay after a service that did not answer, the longest poll, and the confirmation of a list.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(600 + 72 + 20);

    public static TheoryData<bool> Kinds => [false, true];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_bad_service_leaves_the_last_good_file_and_is_got_over(bool secure)
    {
        var run = new FaultRun($"each bad service, {(secure ? "https" : "http")}");
        await using var service = new BadService(secure);
        await using var box = new FaultBox(run, service, TimeSpan.FromSeconds(20));
        var kinds = BadAnswers.All.Where(kind => secure || !kind.IsSecureOnly).ToList();
        var requests = 0;
        foreach (var kind in kinds)
        {
            // On a host that is well, and on one that knows nothing yet.
            foreach (var isFresh in new[] { false, true })
            {
                if (isFresh)
                {
                    box.Forget();
                    box.Restart();
                }

                box.Servers = Another(run, box.Servers);
                var before = service.Requests;
                service.Bad = kind;
                await box.RunForAsync(TimeSpan.FromMinutes(5));
                Assert.True(service.Requests - before <= 60, run.Repeat($"{kind}: {service.Requests - before} requests in 5 minutes"));
                requests += service.Requests - before;
                service.Bad = null;
                await box.ConvergeAsync(Promised);
            }
        }

        Assert.Equal(0, service.Strays);
        run.Say($"{kinds.Count} kinds, each on a host that was well and on a fresh one, 5 minutes each; {requests} requests meanwhile");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Random_sequences_of_bad_services_all_converge_once_the_service_recovers(bool secure)
    {
        var run = new FaultRun($"sequences of bad services, {(secure ? "https" : "http")}");
        await using var service = new BadService(secure);
        await using var box = new FaultBox(run, service, TimeSpan.FromSeconds(20));
        var kinds = BadAnswers.All.Where(kind => secure || !kind.IsSecureOnly).ToList();
        var sequences = secure ? FaultRun.Times(20, 2_000) : FaultRun.Times(100, 8_000);
        var faults = 0;
        var descriptors = 0;
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            run.Progress(sequence, sequences);
            if (run.Random.Next(10) == 0)
            {
                box.Forget();
            }

            if (run.Random.Next(5) == 0)
            {
                box.Restart();
            }

            for (var fault = run.Random.Next(1, 6); fault > 0; fault--, faults++)
            {
                service.Bad = kinds[run.Random.Next(kinds.Count)];
                box.Servers = run.Random.Next(3) == 0 ? Another(run, box.Servers) : box.Servers;
                await box.RunForAsync(TimeSpan.FromSeconds(run.Random.Next(1, 90)));
            }

            service.Bad = null;
            await box.ConvergeAsync(Promised);
            descriptors = Math.Max(descriptors, Directory.GetFileSystemEntries("/proc/self/fd").Length);
        }

        Assert.Equal(0, service.Strays);
        run.Say($"{sequences} sequences of {faults} faults, all converged; {service.Requests} requests answered, at the most {descriptors} descriptors of the test process");
    }

    private static IReadOnlyList<string> Another(FaultRun run, IReadOnlyList<string> servers) =>
        servers.Count < 6 && (servers.Count < 3 || run.Random.Next(2) == 0) ? [.. servers, $"svr{run.Random.Next(10, 10_000)}"] : [.. servers.Skip(1)];
}
