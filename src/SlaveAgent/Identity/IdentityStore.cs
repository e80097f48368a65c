using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>
/// The identity on disk: what K2HR3 accepted, what is offered to it, and the nine files that other tools read, which hold what was accepted and
/// nothing else. Each file is always complete, and their consistency is restored after a power failure at any point:
/// see <see cref="Accept"/> and <see cref="Restore"/>. Callers hold <see cref="AgentPaths.IdentityLock"/>.
/// </summary>
public sealed class IdentityStore(HostRoot root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A process that keeps writing the files must not block the agent.</summary>
    private const int MaxAttempts = 5;

    private readonly AgentPaths _paths = root.Agent;
    private readonly IdentityFiles _files = new(root);

    /// <summary>Registrations that were replaced.</summary>
    internal FormerIdentities Former { get; } = new(root);

    /// <summary>The identity K2HR3 accepted last; null when there is none or the file is corrupt, in which case the nine files are used.</summary>
    public AcceptedIdentity? Accepted
    {
        get
        {
            try
            {
                return RegularFile.TryRead(_paths.AcceptedIdentity) is { } text
                    && JsonSerializer.Deserialize(text, IdentityJson.Default.AcceptedIdentity) is { ApiUri: not null, Role: not null, Tenant: not null, Cuk: not null, Tag: not null } accepted
                    ? accepted
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public FileValues Files => _files.ReadValues();

    public IdentityValues Handed => Read(_paths.HandedIdentity);

    public IdentityValues Options => Read(_paths.OptionsIdentity);

    /// <summary>Changes whenever another identity is offered or accepted.</summary>
    public IdentityStamp Observe() => new(
        VersionOf(_paths.AcceptedIdentity), VersionOf(_paths.HandedIdentity), VersionOf(_paths.OptionsIdentity), _files.Observe());

    /// <summary>Stores the values of command line options until K2HR3 has accepted them; earlier values that are not repeated stay.</summary>
    public void Offer(IdentityValues options)
    {
        if (!options.IsEmpty && options.Over(Options) is var all && all != Options)
        {
            Write(_paths.OptionsIdentity, all);
        }
    }

    /// <summary>
    /// Restores consistency after an interruption or changes by others: values in the nine files that were never accepted become an offer, and the accepted
    /// values are written back. Remains of an interrupted acceptance are replaced and do not become an offer.
    /// </summary>
    /// <returns>Whether any value was found that was never accepted.</returns>
    public bool Restore()
    {
        if (Accepted is not { } accepted)
        {
            return false;
        }

        var found = IdentityFound.In(Files, accepted);
        if (!found.IsEmpty)
        {
            Write(_paths.HandedIdentity, found.Over(Handed));
        }

        foreach (var step in StepsToPublish(accepted))
        {
            step();
        }

        return !found.IsEmpty;
    }

    /// <summary>
    /// K2HR3 accepted it: it replaces the previous one everywhere. The order survives a power failure: first the accepted identity, together with the old values
    /// of the nine files; then the files; then the mark that they are complete; then the offers are removed; and last the machine record, because chmpx does
    /// not start while that names another machine.
    /// </summary>
    /// <param name="considered">Digest of the settings; null keeps the previous one.</param>
    /// <param name="basis">The observed files it was decided on: later offers stay. Null when it was already in force: then all offers stay.</param>
    public void Accept(HostIdentity identity, string? considered, Machine machine, IdentityStamp? basis)
    {
        foreach (var step in StepsToAccept(identity, considered, machine, basis))
        {
            step();
        }
    }

    /// <summary>The same in steps, each of which is done completely or not at all.</summary>
    internal IEnumerable<Action> StepsToAccept(HostIdentity identity, string? considered, Machine machine, IdentityStamp? basis)
    {
        var before = Accepted;
        var accepted = AcceptedIdentity.Of(identity, considered ?? before?.Considered, replaces: null);
        var isAnotherMachine = MachineCheck.Compare(MachineRecord.Load(root), machine).IsAnother;
        var isSameRegistration = before is null || FormerIdentities.IsSameRegistration(before, accepted);
        if (before is not null && !isSameRegistration && !isAnotherMachine)
        {
            // On another machine it belongs to the original, which still exists.
            yield return () => Former.Add(before);
        }

        if (!isSameRegistration || isAnotherMachine)
        {
            // What hooks were told was about another connection.
            yield return () => RegularFile.Delete(_paths.HookRun);
            yield return () => RegularFile.Delete(_paths.HookMemory);
        }

        if (before is not null && (before.Role != accepted.Role || before.ApiUri != accepted.ApiUri))
        {
            // The cached lists of the former role do not apply to this one.
            yield return () => RegularFile.Delete(_paths.RoleKeys);
        }

        if (before is null || (before with { Replaces = null }) != accepted)
        {
            yield return () => Save(accepted with { Replaces = Files });
        }

        foreach (var step in StepsToPublish(accepted))
        {
            yield return step;
        }

        foreach (var step in basis is null ? [] : StepsToForget(basis))
        {
            yield return step;
        }

        yield return () => MachineRecord.Save(root, machine);
    }

    /// <summary>Restores, and returns the stamp of the files after which nothing was left to restore, to detect later changes.</summary>
    public IdentityStamp RestoreAndObserve()
    {
        for (var attempt = 1; ; attempt++)
        {
            Restore();
            var stamp = Observe();
            if (IsRestored || attempt == MaxAttempts)
            {
                return stamp;
            }
        }
    }

    /// <summary>A systemd credential provides the token in force: it is no longer stored on disk.</summary>
    public void TakeTokenOffDisk(string token)
    {
        if (Accepted is { Token: { } kept } accepted && kept == token)
        {
            Save(accepted with { Token = null });
            root.Delete(IdentityFiles.Token);
        }
    }

    /// <summary>Stores the digest of the current settings when they lead to the identity in force.</summary>
    public void Consider(string considered)
    {
        if (Accepted is { } accepted && accepted.Considered != considered)
        {
            Save(accepted with { Considered = considered });
        }
    }

    /// <summary>Removes the offers; for offers equal to the identity in force.</summary>
    /// <param name="basis">The observed files: later offers stay.</param>
    public void ForgetOffers(IdentityStamp basis)
    {
        foreach (var step in StepsToForget(basis))
        {
            step();
        }
    }

    /// <summary>Removes everything; the accepted identity last, so that removal can be repeated.</summary>
    public void Remove()
    {
        RegularFile.Delete(_paths.Machine);
        ForgetOffers(Observe());
        _files.Remove();
        RegularFile.Delete(_paths.AcceptedIdentity);
        if (Directory.Exists(_paths.IdentityDirectory))
        {
            Directory.Delete(_paths.IdentityDirectory, recursive: true);
        }
    }

    private bool IsRestored => Accepted is not { } accepted
        || (Files is var files
            && IdentityFound.In(files, accepted).IsEmpty
            && (files.Role, files.Tenant, files.ApiUri, files.Cuk, files.Tag) == (accepted.Role, accepted.Tenant, accepted.ApiUri.TrimEnd('/'), accepted.Cuk, accepted.Tag)
            && (accepted.Token is null || files.Token == accepted.Token));

    // Options override the values handed over: if they were removed first, the latter would become a new offer.
    private IEnumerable<Action> StepsToForget(IdentityStamp basis)
    {
        if (VersionOf(_paths.HandedIdentity) == basis.Handed)
        {
            yield return () => RegularFile.Delete(_paths.HandedIdentity);
        }

        if (VersionOf(_paths.OptionsIdentity) == basis.Options)
        {
            yield return () => RegularFile.Delete(_paths.OptionsIdentity);
        }
    }

    private IEnumerable<Action> StepsToPublish(AcceptedIdentity accepted)
    {
        if (accepted.ToIdentity(offDisk: null) is not { } identity)
        {
            yield break;
        }

        foreach (var step in _files.StepsToWrite(identity.Who, identity.Token))
        {
            yield return step;
        }

        yield return () =>
        {
            if (Accepted is { Replaces: not null })
            {
                Save(accepted with { Replaces = null });
            }
        };
    }

    private static IdentityValues Read(string path) => RegularFile.TryRead(path) is { } text ? OfferText.Read(text) : IdentityValues.None;

    private void Write(string path, IdentityValues values)
    {
        MakeDirectories();
        IdentityFile.Write(path, OfferText.Write(values));
    }

    private void Save(AcceptedIdentity accepted)
    {
        MakeDirectories();
        IdentityFile.Write(_paths.AcceptedIdentity, JsonSerializer.Serialize(accepted, IdentityJson.Default.AcceptedIdentity));
    }

    private void MakeDirectories()
    {
        Directories.MakeOwn(_paths.StateDirectory);
        foreach (var path in new[] { _paths.IdentityDirectory, _paths.PendingDirectory })
        {
            Directories.MakeOwn(path);
            if (FileStatus.Of(path)?.Mode != OwnerOnly)
            {
                File.SetUnixFileMode(path, OwnerOnly);
            }
        }
    }

    private static FileVersion? VersionOf(string path) => FileStatus.Of(path)?.Version;
}
