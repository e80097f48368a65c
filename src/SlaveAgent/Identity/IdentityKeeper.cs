using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>Puts an identity in force once K2HR3 has accepted it, unless another process put another one in force meanwhile.</summary>
/// <param name="identity">The identity that is registered.</param>
/// <param name="considered">Digest of what the settings say.</param>
/// <param name="basis">What it was decided on.</param>
public sealed class IdentityKeeper(HostRoot root, HostIdentity identity, string considered, Machine machine, IdentityStamp basis, TimeProvider time)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);

    private readonly IdentityStore _store = new(root);
    private IdentityStamp _basis = basis;

    /// <summary>Whether it is the one in force.</summary>
    public bool IsInForce => _store.Accepted is { } accepted && IsThis(accepted);

    /// <summary>Keeps what a person's options said, for a daemon, until it is accepted.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async Task OfferAsync(IdentityValues options, CancellationToken cancel)
    {
        using var turn = await LockAsync(root, time, cancel);
        if (IsInForce)
        {
            // A person says again what is in force, and means nothing else by it.
            _store.ForgetOffers();
        }
        else
        {
            _store.Offer(options);
        }

        _basis = _store.Observe();
    }

    /// <returns>Whether it is in force now; false when another process put another one in force since this one was decided on.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async Task<bool> AcceptAsync(CancellationToken cancel)
    {
        using var turn = await LockAsync(root, time, cancel);
        var accepted = _store.Accepted;
        if (accepted is not null && IsThis(accepted))
        {
            _store.Restore();
            _store.Accept(identity, accepted.Considered, machine, basis: null);
            return true;
        }

        if (accepted is not null && _store.Observe().Accepted != _basis.Accepted)
        {
            return false;
        }

        _store.Accept(identity, considered, machine, _basis);
        return true;
    }

    /// <summary>Held while the identity's files are read and written together.</summary>
    /// <exception cref="IOException">Another process holds it for too long.</exception>
    internal static Task<FileLock> LockAsync(HostRoot root, TimeProvider time, CancellationToken cancel) =>
        FileLock.TakeAsync(root.At(AgentPaths.IdentityLock), LockTimeout, time, cancel);

    private bool IsThis(AcceptedIdentity accepted) =>
        (AcceptedIdentity.Of(identity, accepted.Considered, accepted.Replaces) with { Token = null }) == (accepted with { Token = null });
}
