using Serilog;
using SlaveAgent.Composition;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Daemon;

/// <summary>
/// Beside the daemon's loop: observes whether another identity is offered or in force, and has K2HR3 judge what is offered. The loop goes on with the
/// identity in force meanwhile, however long that takes; it starts over once another one is.
/// </summary>
/// <param name="first">What the daemon started with.</param>
internal sealed class IdentityWatch(Setup setup, AgentSettings settings, IdentityReading first, TimeProvider time, ILogger log)
{
    /// <summary>Role, address and token are written one after the other by scripts: what still changes is not acted on.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Failures in a row after which a 404 is taken for the end of the former role: at the default delays some ten minutes.</summary>
    private const int NotFoundLimit = 20;

    private readonly HostIdentity? _running = first.ToRun;
    private readonly IdentityStore _store = new(setup.Root);
    private readonly TokenSource _tokens = setup.Token.With(settings.K2hr3.TokenFile);
    private readonly CommandRunner _commands = new(time);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IdentityReading _reading = first;
    private (IdentityStamp Files, string Tokens) _acted = (first.Basis, string.Empty);
    private (IdentityStamp Files, string Tokens) _seen = (first.Basis, string.Empty);
    private long _seenAt = time.GetTimestamp();
    private IdentityStatus? _logged;

    /// <summary>Observes the files without reading them: some system calls, called at each heartbeat.</summary>
    public void Observe()
    {
        (IdentityStamp Files, string Tokens) now;
        try
        {
            now = (_store.Observe(), _tokens.Observe());
        }
        catch (IOException)
        {
            return;
        }

        if (now != _seen)
        {
            (_seen, _seenAt) = (now, time.GetTimestamp());
        }
        else if (now != _acted && time.GetElapsedTime(_seenAt) >= Settling)
        {
            _acted = now;
            Volatile.Read(ref _changed).TrySetResult();
        }
    }

    /// <summary>Ends once another identity is to run than the one that the daemon started with.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var failures = 0;
        while (!IsReplaced())
        {
            var offered = _reading.Decision is { Code: IdentityCode.Offered, Offered: { } one } ? one : null;
            if (offered is not null && await TryAsync(offered, cancel) is var (accepted, why))
            {
                if (accepted)
                {
                    await ReadAsync(cancel);
                    continue;
                }

                failures++;
                Report(_reading.Decision with { Message = $"{_reading.Decision.Message}; {why}" });
            }
            else
            {
                Report(_reading.Decision);
            }

            var isOut = await LeaveFormerAsync(failures, cancel);
            failures += isOut || offered is not null ? 0 : 1;
            if (await ChangesWithinAsync(offered is null && isOut ? Timeout.InfiniteTimeSpan : RetryDelay.After(Math.Max(failures, 1), settings.Retry, Random.Shared.NextDouble()), cancel))
            {
                failures = 0;
                await ReadAsync(cancel);
            }
        }
    }

    private bool IsReplaced() => _reading.ToRun is { } now && now != _running;

    private async Task<(bool IsAccepted, string Why)> TryAsync(HostIdentity offered, CancellationToken cancel)
    {
        try
        {
            var resource = AgentParts.ResourceOf(settings, new OverrideReader(setup.Root), offered.Who.Role);
            using var client = new K2hr3Client(offered.Who, () => offered.Token, AgentParts.Connections(settings.K2hr3, setup.Root), settings.K2hr3.Timeout, time);
            var answer = await Registration.AskAsync(client, resource, cancel);
            if (!Registration.IsAccepted(answer))
            {
                return (false, K2hr3Outcome.Of(answer, "registering with it").Message);
            }

            var keeper = new IdentityKeeper(setup.Root, offered, _reading.Considered, _reading.Machine, _reading.Basis, time);
            await keeper.AcceptAsync(cancel);
            return (true, string.Empty);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SettingsException)
        {
            return (false, e.Message);
        }
    }

    /// <summary>
    /// Takes this host out of the roles that it was in before the one in force. K2HR3 goes by the caller's address: 403 says that it is out, or that only a user
    /// can take it out, for its address is another one now. 404 is a role that is gone, or a store in trouble: it is asked again for some minutes.
    /// </summary>
    /// <returns>Whether none is left to ask for.</returns>
    private async Task<bool> LeaveFormerAsync(int failures, CancellationToken cancel)
    {
        try
        {
            return await TryLeaveFormerAsync(failures, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SettingsException)
        {
            // A full disk, or a certificate that is just being replaced, ends no daemon.
            log.Warning("Leaving a former role of this host failed: {Why}; it is tried again", e.Message);
            return false;
        }
    }

    private async Task<bool> TryLeaveFormerAsync(int failures, CancellationToken cancel)
    {
        if (_reading.Decision.InForce is null || _store.Former.All is not { Count: > 0 } all)
        {
            return true;
        }

        var isOut = true;
        foreach (var former in all)
        {
            if (former.ToIdentity(offDisk: null) is not { } identity || (identity.Who.Role == _running?.Who.Role && identity.Who.Cuk == _running.Who.Cuk))
            {
                await ForgetFormerAsync(former, cancel);
                continue;
            }

            using var client = new K2hr3Client(identity.Who, () => null, AgentParts.Connections(settings.K2hr3, setup.Root), settings.K2hr3.Timeout, time);
            switch (await client.UnregisterAsync(cancel))
            {
                case K2hr3Answer.Done:
                    log.Information("This host is out of its former role {Role}", former.Role);
                    await ForgetFormerAsync(former, cancel);
                    break;
                case K2hr3Answer.Denied { Status: 403 or 404 } denied when denied.Status == 403 || failures >= NotFoundLimit:
                    log.Warning("This host may still be listed in its former role {Role}: K2HR3 refused to take it out ({Status}); an administrator can remove CUK {Cuk}", former.Role, denied.Status, former.Cuk);
                    await ForgetFormerAsync(former, cancel);
                    break;
                default:
                    isOut = false;
                    break;
            }
        }

        return isOut;
    }

    private async Task ForgetFormerAsync(AcceptedIdentity former, CancellationToken cancel)
    {
        using var turn = await IdentityKeeper.LockAsync(setup.Root, time, cancel);
        _store.Former.Remove(former);
    }

    /// <summary>Ends once they are read: what was signalled, or accepted, is signalled by nobody again.</summary>
    private async Task ReadAsync(CancellationToken cancel)
    {
        string? logged = null;
        for (var failures = 1; await TryReadAsync(cancel) is { } why; failures++)
        {
            if (why != logged)
            {
                log.Warning("The identity's files cannot be read: {Why}; it is tried again", why);
                logged = why;
            }

            await ChangesWithinAsync(RetryDelay.After(failures, settings.Retry, Random.Shared.NextDouble()), cancel);
        }
    }

    /// <returns>Why they could not be read; null once they are.</returns>
    private async Task<string?> TryReadAsync(CancellationToken cancel)
    {
        try
        {
            // Before they are read: what changes meanwhile is found by comparing.
            var tokens = _tokens.Observe();
            _reading = await IdentityReader.ReadAsync(setup, settings, _commands, time, cancel);
            _acted = (_reading.Basis, tokens);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <returns>Whether the files changed; false when the time is over.</returns>
    private async Task<bool> ChangesWithinAsync(TimeSpan delay, CancellationToken cancel)
    {
        var changed = Volatile.Read(ref _changed).Task;
        await changed.WaitAsync(delay, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancel.ThrowIfCancellationRequested();
        if (!changed.IsCompleted)
        {
            return false;
        }

        Volatile.Write(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return true;
    }

    private void Report(IdentityDecision decision)
    {
        if (_logged is { } logged && logged.Code == decision.Code && logged.Message == decision.Message)
        {
            return;
        }

        _logged = new IdentityStatus(decision.Code, decision.Message, time.GetUtcNow(), _running?.Who.Role.ToString());
        if (_logged.IsOfferOpen)
        {
            log.Warning("Identity: {Message}; the one in force stays, and this one is tried again ({Code})", decision.Message, decision.Code);
        }
        else
        {
            log.Information("Identity: {Message} ({Code})", decision.Message, decision.Code);
        }

        try
        {
            _logged.Save(setup.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Debug("The identity's status could not be written: {Why}", e.Message);
        }
    }
}
