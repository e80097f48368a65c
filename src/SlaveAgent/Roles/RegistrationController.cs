using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Roles;

/// <summary>
/// Puts this host into its role, and then its identity in force: only what K2HR3 has accepted takes the place of what it had accepted before.
/// </summary>
/// <param name="resource">What a host that K2HR3 knows by its address reads to be accepted.</param>
/// <param name="addresses">Notified of a registration, which K2HR3 keeps under the address it came from.</param>
public sealed class RegistrationController(K2hr3Client client, Yrn resource, IdentityKeeper keeper, Func<RoleToken?> token, AddressWatch? addresses = null) : IController
{
    public ControllerKinds Kind => ControllerKinds.Registration;

    public string Name => "registration";

    public Lane Lane => Lane.K2hr3;

    public TimeSpan WatchdogLimit => client.LongestRequest + TimeSpan.FromMinutes(2);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        var identity = client.Identity;
        if (!identity.ByAddress && token() is null)
        {
            return new Outcome.Failed("registering this host failed: the role token is gone from its file", Consequence.NeedsPerson) { Reason = Reasons.TokenMissing };
        }

        if (identity.ByAddress && keeper.IsInForce)
        {
            await keeper.AcceptAsync(cancel);
            return KnownByAddress(identity);
        }

        var sentFrom = addresses?.Refresh();
        switch (await Registration.AskAsync(client, resource, cancel))
        {
            case { } answer when Registration.IsAccepted(answer):
                var isInForce = await keeper.AcceptAsync(cancel);
                if (answer is K2hr3Answer.Done)
                {
                    addresses?.NoteRegistered(sentFrom);
                }

                Outcome accepted = !isInForce ? new Outcome.Waiting("another identity was put in force meanwhile; the agent starts over with it") { Reason = Reasons.IdentityReplaced }
                    : identity.ByAddress ? KnownByAddress(identity)
                    : new Outcome.Changed($"registered as {identity.Tag} ({identity.Cuk}) in {identity.Role}") { Reason = Reasons.Registered };
                return accepted with { AnswerTime = client.Contact.AnswerTime };
            case K2hr3Answer.Denied { IsUnreadable: true } when identity.ByAddress:
                // A role that may read no resource has nothing by which it could be accepted.
                return KnownByAddress(identity);
            case var other:
                return K2hr3Outcome.Of(other, identity.ByAddress ? "asking for the role's resource by this host's address" : "registering this host");
        }
    }

    private static Outcome.NothingToDo KnownByAddress(K2hr3Identity identity) => new($"K2HR3 knows this host by its address, as a member of {identity.Role}") { Reason = Reasons.KnownByAddress };
}
