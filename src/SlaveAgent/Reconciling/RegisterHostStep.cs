using SlaveAgent.K2hr3;

namespace SlaveAgent.Reconciling;

/// <summary>
/// Puts this host into its role, and its identity into the files that other AntPickax tools read. The files come first: a host that is switched off
/// between the two still knows who it is.
/// </summary>
/// <param name="tokenToLeave">The token for the files; null when it is to stay out of them.</param>
/// <param name="addresses">Told of a registration, which K2HR3 keeps under the address it came from.</param>
public sealed class RegisterHostStep(K2hr3Client client, IdentityFiles files, Func<RoleToken?> token, Func<RoleToken?> tokenToLeave, AddressWatch? addresses = null) : IStep
{
    public Steps Kind => Steps.RegisterHost;

    public string Name => "register host";

    public bool AsksK2hr3 => true;

    public TimeSpan Patience => TimeSpan.FromMinutes(2);

    public async Task<StepOutcome> RunAsync(CancellationToken cancel)
    {
        var identity = client.Identity;
        var secret = token();
        files.Write(identity, tokenToLeave());
        if (identity.ByAddress)
        {
            return new StepOutcome.NothingToDo($"K2HR3 knows this host by its address, as a member of {identity.Role}");
        }

        if (secret is null)
        {
            return new StepOutcome.Failed("registering this host failed: the role token is gone from its file", Consequence.NeedsPerson);
        }

        return await client.RegisterAsync(cancel) switch
        {
            K2hr3Answer.Done => Registered(identity),
            var other => K2hr3Outcome.Of(other, "registering this host"),
        };
    }

    private StepOutcome.Changed Registered(K2hr3Identity identity)
    {
        addresses?.NoteRegistered();
        return new StepOutcome.Changed($"registered as {identity.Tag} ({identity.Cuk}) in {identity.Role}");
    }
}
