using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>Puts an identity in force once K2HR3 has accepted it, unless another process has put a different one in force.</summary>
/// <param name="identity">The registered identity.</param>
/// <param name="considered">Digest of the settings.</param>
/// <param name="basis">The observed files on which it was decided.</param>
public sealed class IdentityKeeper(HostRoot root, HostIdentity identity, string considered, Machine machine, IdentityStamp basis, TimeProvider time)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);

    private readonly IdentityStore _store = new(root);
    private IdentityStamp _basis = basis;

    /// <summary>Whether it is in force.</summary>
    public bool IsInForce => _store.Accepted is { } accepted && IsThis(accepted);

    /// <summary>Stores the values of command line options for the daemon until they are accepted.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async Task OfferAsync(IdentityValues options, CancellationToken cancel)
    {
        using var turn = await LockAsync(root, time, cancel);
        if (IsInForce)
        {
            // The options repeat the identity in force.
            _store.ForgetOffers(_basis);
            return;
        }

        // What others brought since was not decided on: it is neither accepted with this identity nor undone by it.
        var isAsDecidedOn = _store.Observe().Options == _basis.Options;
        _store.Offer(options);
        if (isAsDecidedOn)
        {
            _basis = _basis with { Options = _store.Observe().Options };
        }
    }

    /// <returns>Whether it is in force now; false when another process has put a different one in force since the decision.</returns>
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

    /// <summary>Takes the lock for reading or writing several files of the identity.</summary>
    /// <exception cref="IOException">Another process holds it for too long.</exception>
    internal static Task<FileLock> LockAsync(HostRoot root, TimeProvider time, CancellationToken cancel) =>
        FileLock.TakeAsync(root.Agent.IdentityLock, LockTimeout, time, cancel);

    private bool IsThis(AcceptedIdentity accepted) =>
        (AcceptedIdentity.Of(identity, accepted.Considered, accepted.Replaces) with { Token = null }) == (accepted with { Token = null });
}
