using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>
/// The identity on disk: what K2HR3 accepted, what is offered to it, and the nine files that other tools read, which hold what was accepted and
/// nothing else. Each file is whole at every instant, and what two of them say together is put right from any point at which the power may go:
/// see <see cref="Accept"/> and <see cref="Restore"/>. Callers hold <see cref="AgentPaths.IdentityLock"/>.
/// </summary>
public sealed class IdentityStore(HostRoot root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Somebody who writes the files without end must not hold the agent up.</summary>
    private const int MostAttempts = 5;

    private readonly IdentityFiles _files = new(root);

    /// <summary>Registrations that another one took the place of.</summary>
    internal FormerIdentities Former { get; } = new(root);

    /// <summary>What K2HR3 accepted last; null when it never did, or the file is broken: then the nine files tell.</summary>
    public AcceptedIdentity? Accepted
    {
        get
        {
            try
            {
                return root.TryRead(AgentPaths.AcceptedIdentity) is { } text
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

    public IdentityValues Handed => Read(AgentPaths.HandedIdentity);

    public IdentityValues Options => Read(AgentPaths.OptionsIdentity);

    /// <summary>Changes whenever somebody offers another identity, or one is accepted.</summary>
    public IdentityStamp Observe() => new(
        VersionOf(AgentPaths.AcceptedIdentity), VersionOf(AgentPaths.HandedIdentity), VersionOf(AgentPaths.OptionsIdentity), _files.Observe());

    /// <summary>Keeps what a person's options said until K2HR3 has accepted it; what they said before and not now stays.</summary>
    public void Offer(IdentityValues options)
    {
        if (!options.IsEmpty && options.Over(Options) is var all && all != Options)
        {
            Write(AgentPaths.OptionsIdentity, all);
        }
    }

    /// <summary>
    /// Sets right what was broken off, or what others did: values in the nine files that nobody accepted are offered, and the files hold what was accepted
    /// again. What an acceptance that was broken off left in them is replaced and not offered.
    /// </summary>
    /// <returns>Whether anything was found in them that nobody accepted.</returns>
    public bool Restore()
    {
        if (Accepted is not { } accepted)
        {
            return false;
        }

        var found = IdentityFound.In(Files, accepted);
        if (!found.IsEmpty)
        {
            Write(AgentPaths.HandedIdentity, found.Over(Handed));
        }

        foreach (var step in StepsToPublish(accepted))
        {
            step();
        }

        return !found.IsEmpty;
    }

    /// <summary>
    /// K2HR3 accepted it: it takes the place of the one before, everywhere. The order is what survives a power cut: first what was accepted, with what the
    /// nine files still hold; then the files; then that they are done; then what was offered goes; and last of all the machine, for while that names another
    /// one chmpx does not start.
    /// </summary>
    /// <param name="considered">Digest of what the settings said; null keeps the one before.</param>
    /// <param name="basis">What it was made from: offers that came after stay. Null where it was in force already: then all of them stay.</param>
    public void Accept(HostIdentity identity, string? considered, Machine machine, IdentityStamp? basis)
    {
        foreach (var step in StepsToAccept(identity, considered, machine, basis))
        {
            step();
        }
    }

    /// <summary>The same in steps that are each done as a whole or not at all.</summary>
    internal IEnumerable<Action> StepsToAccept(HostIdentity identity, string? considered, Machine machine, IdentityStamp? basis)
    {
        var before = Accepted;
        var accepted = AcceptedIdentity.Of(identity, considered ?? before?.Considered, replaces: null);
        if (before is not null && !FormerIdentities.IsSameRegistration(before, accepted) && !MachineCheck.Compare(MachineRecord.Load(root), machine).IsAnother)
        {
            // On another machine it is the parent's, who is still there.
            yield return () => Former.Add(before);
        }

        if (before is not null && (before.Role != accepted.Role || before.ApiUri != accepted.ApiUri))
        {
            // What is remembered of the former role's lists is not this one's.
            yield return () => root.Delete(AgentPaths.RoleKeys);
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

    /// <summary>Restores, and tells the state of the files in which nothing was left to restore: what changes after that is seen by comparing with it.</summary>
    public IdentityStamp RestoreAndObserve()
    {
        for (var attempt = 1; ; attempt++)
        {
            Restore();
            var stamp = Observe();
            if (IsRestored || attempt == MostAttempts)
            {
                return stamp;
            }
        }
    }

    /// <summary>A systemd credential brings the token that is in force: from now on it stays off the disk.</summary>
    public void TakeTokenOffDisk(string token)
    {
        if (Accepted is { Token: { } kept } accepted && kept == token)
        {
            Save(accepted with { Token = null });
            root.Delete(IdentityFiles.Token);
        }
    }

    /// <summary>Remembers what the settings say now, where that leads to the identity in force.</summary>
    public void Consider(string considered)
    {
        if (Accepted is { } accepted && accepted.Considered != considered)
        {
            Save(accepted with { Considered = considered });
        }
    }

    /// <summary>Removes what is offered; for an offer that says what is in force already.</summary>
    /// <param name="basis">When it was read: one that came after stays. Null: all.</param>
    public void ForgetOffers(IdentityStamp? basis = null)
    {
        foreach (var step in StepsToForget(basis ?? Observe()))
        {
            step();
        }
    }

    /// <summary>Removes all of it; what was accepted last of all, so that it can be repeated.</summary>
    public void Remove()
    {
        root.Delete(AgentPaths.Machine);
        ForgetOffers();
        _files.Remove();
        root.Delete(AgentPaths.AcceptedIdentity);
        if (Directory.Exists(root.At(AgentPaths.IdentityDirectory)))
        {
            Directory.Delete(root.At(AgentPaths.IdentityDirectory), recursive: true);
        }
    }

    private bool IsRestored => Accepted is not { } accepted
        || (Files is var files
            && IdentityFound.In(files, accepted).IsEmpty
            && (files.Role, files.Tenant, files.ApiUri, files.Cuk, files.Tag) == (accepted.Role, accepted.Tenant, accepted.ApiUri.TrimEnd('/'), accepted.Cuk, accepted.Tag)
            && (accepted.Token is null || files.Token == accepted.Token));

    // Options stand above what was handed over: without them, that would be taken for a new offer.
    private IEnumerable<Action> StepsToForget(IdentityStamp basis)
    {
        if (VersionOf(AgentPaths.HandedIdentity) == basis.Handed)
        {
            yield return () => root.Delete(AgentPaths.HandedIdentity);
        }

        if (VersionOf(AgentPaths.OptionsIdentity) == basis.Options)
        {
            yield return () => root.Delete(AgentPaths.OptionsIdentity);
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

    private IdentityValues Read(string path) => root.TryRead(path) is { } text ? OfferText.Read(text) : IdentityValues.None;

    private void Write(string path, IdentityValues values)
    {
        MakeDirectories();
        IdentityFile.Write(root.At(path), OfferText.Write(values));
    }

    private void Save(AcceptedIdentity accepted)
    {
        MakeDirectories();
        IdentityFile.Write(root.At(AgentPaths.AcceptedIdentity), JsonSerializer.Serialize(accepted, IdentityJson.Default.AcceptedIdentity));
    }

    private void MakeDirectories()
    {
        Directories.MakeOwn(root.At(AgentPaths.StateDirectory));
        foreach (var path in new[] { root.At(AgentPaths.IdentityDirectory), root.At(AgentPaths.PendingDirectory) })
        {
            Directories.MakeOwn(path);
            if (FileStatus.Of(path)?.Mode != OwnerOnly)
            {
                File.SetUnixFileMode(path, OwnerOnly);
            }
        }
    }

    private FileVersion? VersionOf(string path) => FileStatus.Of(root.At(path))?.Version;
}
