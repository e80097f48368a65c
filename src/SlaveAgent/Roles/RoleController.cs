using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Roles;

/// <summary>Reads from K2HR3 whether the role is a slave node's, and what it lists for its hosts.</summary>
public sealed class RoleController(RoleMemory role, ResourceReader resource, string cuk) : IController
{
    // Certificates may come with a package that is yet to be installed; here it only matters what the resource is for.
    private static readonly HostFiles AnyFiles = new(_ => true, _ => true);

    public ControllerKinds Kind => ControllerKinds.Role;

    public string Name => "role";

    public Lane Lane => Lane.K2hr3;

    /// <summary>The resource and four keys, one after the other.</summary>
    public TimeSpan WatchdogLimit => (resource.LongestRequest * 5) + TimeSpan.FromMinutes(2);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        if (await LearnAsync(cancel) is { } failed)
        {
            return failed;
        }

        var isSlaveNode = role.IsSlaveNode is true;
        var keys = role.KeysFor(isSlaveNode)!;
        var kind = isSlaveNode ? "slave" : role.IsSurelyOther ? "other" : "unconfirmed";
        var lists = $"{keys.Packages.Count + keys.AntPickaxPackages.Count} packages and {keys.Units.Count} services";
        return new Outcome.Unchanged((isSlaveNode && role.Keys!.ListsNothing ? $"the role lists nothing, so this slave node gets the documented {lists}" : $"the role lists {lists}")
            + (role.Kept is { } kept ? $"; {kept}" : string.Empty))
        {
            AnswerTime = resource.AnswerTime,
            Triggers = ControllerKinds.Packages | ControllerKinds.Services,
            TriggerReason = $"{kind}: {string.Join(',', keys.Packages.Concat(keys.AntPickaxPackages))}; {string.Join(',', keys.Units)}; {keys.ChmpxUser}",
            IsUnconfirmed = !isSlaveNode && (role.IsUnconfirmed || role.IsOtherUnconfirmed),
            RecheckAfter = Sooner(role.RecheckAfter, !isSlaveNode && role.IsOtherUnconfirmed ? resource.Remaining : null),
            Reason = isSlaveNode && role.Keys!.ListsNothing ? Reasons.DocumentedSet : Reasons.AsDesired,
        };
    }

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    private async Task<Outcome?> LearnAsync(CancellationToken cancel)
    {
        // Of a slave node's role each poll learns again what its resource is; to ask once more would be one request of sixteen too many.
        if (role.IsSlaveNode is true)
        {
            return await role.ReadKeysAsync(cancel);
        }

        var answer = await resource.ReadAsync(fresh: false, cancel);
        switch (resource.NotASlave)
        {
            case EvidenceStage.TooFew when answer is K2hr3Answer.Text:
                return new Outcome.Waiting($"{resource.WhyNotASlave}; K2HR3 has to say so again") { Reason = Reasons.NotASlave };
            case (EvidenceStage.Unconfirmed or EvidenceStage.Confirmed) and var stage:
                role.LearnOther(isConfirmed: stage is EvidenceStage.Confirmed);
                if (!resource.IsUnreadable)
                {
                    return await role.ReadKeysAsync(cancel);
                }

                role.LearnUnreadable();
                return null;
        }

        if (answer is not K2hr3Answer.Text text)
        {
            return K2hr3Outcome.Of(answer, "reading the role's resource");
        }

        role.Learn(ConfigurationPlan.Make(text.Value, cuk, AnyFiles), resource.AcceptedText is not null);
        return await role.ReadKeysAsync(cancel);
    }
}
