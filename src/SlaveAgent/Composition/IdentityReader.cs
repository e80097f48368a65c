using System.Net;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.Settings;

namespace SlaveAgent.Composition;

/// <summary>Gathers what every source says of who this host is, sets right what was interrupted, and decides.</summary>
internal static class IdentityReader
{
    /// <param name="settings">Those of <paramref name="setup"/>, or those that a SIGHUP brought since.</param>
    /// <exception cref="IOException">The identity's files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be.</exception>
    public static async Task<IdentityReading> ReadAsync(Setup setup, AgentSettings settings, CommandRunner commands, TimeProvider time, CancellationToken cancel)
    {
        using var turn = await IdentityKeeper.LockAsync(setup.Root, time, cancel);
        var store = new IdentityStore(setup.Root);
        var standing = Standing(setup, settings);
        var basis = RestoreAndObserve(store, standing);
        var machine = HostFacts.ReadMachine(setup.Root);
        var decision = await DecideAsync(setup, settings, store, standing, machine, commands, cancel);
        if (decision.Code == IdentityCode.Accepted)
        {
            // Settings and offers that say what is in force are not news any more.
            store.Consider(standing.Digest());
            if (setup.Options.IsEmpty)
            {
                store.ForgetOffers(basis);
            }
        }

        return new IdentityReading(decision, standing.Digest(), machine, basis);
    }

    /// <summary>The decision on what is there, for who changes nothing.</summary>
    public static Task<IdentityDecision> ObserveAsync(Setup setup, AgentSettings settings, CommandRunner commands, CancellationToken cancel) =>
        DecideAsync(setup, settings, new IdentityStore(setup.Root), Standing(setup, settings), HostFacts.ReadMachine(setup.Root), commands, cancel);

    private static async Task<IdentityDecision> DecideAsync(
        Setup setup, AgentSettings settings, IdentityStore store, IdentityValues standing, Machine machine, CommandRunner commands, CancellationToken cancel)
    {
        var inputs = new IdentityInputs(
            store.Accepted,
            store.Files,
            store.Handed,
            standing,
            setup.Options.Over(store.Options),
            MachineCheck.Compare(MachineRecord.Load(setup.Root), machine),
            machine.InstanceId,
            Dns.GetHostName(),
            FullName: null,
            setup.Token.With((setup.FileSettings ?? settings).K2hr3.TokenFile).FindProblem());
        var decision = IdentityDecision.Decide(inputs);

        // Only then: to ask for it may take a process and some seconds.
        return decision.Code == IdentityCode.NoHostName || (decision.Code == IdentityCode.OfferUnusable && decision.Offered is null)
            ? IdentityDecision.Decide(inputs with { FullName = await new HostFacts(setup.Root, commands).FindFullNameAsync(cancel) })
            : decision;
    }

    /// <summary>
    /// What cannot be set right now, because something stands in the place of a file or the disk is full, is no reason to leave the slave alone: the
    /// registration writes the same files, reports it, and is repeated.
    /// </summary>
    private static IdentityStamp RestoreAndObserve(IdentityStore store, IdentityValues standing)
    {
        try
        {
            if (standing is { TokenStaysOffDisk: true, Token: { } token })
            {
                store.TakeTokenOffDisk(token);
            }

            return store.RestoreAndObserve();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return store.Observe();
        }
    }

    private static IdentityValues Standing(Setup setup, AgentSettings current)
    {
        var settings = setup.FileSettings ?? current;
        var (token, staysOffDisk) = setup.Token.With(settings.K2hr3.TokenFile).ReadStanding();
        return new IdentityValues
        {
            ApiUri = settings.K2hr3.ApiUri?.ToString(),
            Role = settings.K2hr3.Role,
            Tenant = settings.K2hr3.Tenant,
            Cuk = settings.Host.Cuk,
            Tag = settings.Host.Tag,
            InboundAddress = settings.Host.InboundAddress,
            OutboundAddress = settings.Host.OutboundAddress,
            Authentication = settings.K2hr3.Authentication is Authentication.Address ? Authentication.Address : null,
            Token = token?.Value,
            TokenStaysOffDisk = token is not null && staysOffDisk,
        };
    }
}
