using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Roles;

/// <summary>What is known of the role: its keys, kept over restarts, and whether its resource is a slave's configuration.</summary>
/// <param name="documented">What a slave node gets where the role lists nothing at all.</param>
public sealed class RoleMemory(K2hr3Client client, Yrn resource, HostRoot root, SlaveSettings documented, EvidenceMemory evidence)
{
    private const string Incomplete = "incomplete";

    /// <summary>How soon lists that hold nothing are read again, and how much longer they are left alone each time: after 10 s, a minute, six, an hour.</summary>
    private static readonly TimeSpan FirstRecheck = TimeSpan.FromSeconds(10);

    private const int RecheckGrowth = 5;

    private readonly string _path = root.Agent.RoleKeys;
    private readonly string _question = $"lists of {resource}";
    private EvidenceStage _listsStage;

    /// <summary>As last read from K2HR3, maybe before a restart; null when never.</summary>
    public RoleKeys? Keys { get; private set; } = RoleKeys.Load(root.Agent.RoleKeys, resource);

    /// <summary>Null while it is not known.</summary>
    public bool? IsSlaveNode { get; private set; }

    /// <summary>It has been said for long enough that the role is no slave node's.</summary>
    public bool IsSurelyOther { get; private set; }

    /// <summary>A setting or override.conf names another resource than the role's own: that tells nothing of what kind of node this host is.</summary>
    public bool IsOtherResource => resource != client.Identity.Role.ToResource();

    /// <summary>
    /// When last read, the lists lacked something that they had, or that is to be expected, and K2HR3 had not said so for long enough. Time that passes since then
    /// changes nothing: what is in force was decided by it.
    /// </summary>
    public bool IsUnconfirmed => _listsStage is EvidenceStage.TooFew or EvidenceStage.Unconfirmed;

    /// <summary>When it was last learned that the role is no slave node's, K2HR3 had not said so for long enough.</summary>
    public bool IsOtherUnconfirmed { get; private set; }

    /// <summary>
    /// When the lists are to be read again, sooner than at the role's interval: soon after they were found to lack something, as those of a store in trouble do,
    /// then ever more rarely, and when they will have been said for long enough. Null while they lack nothing.
    /// </summary>
    public TimeSpan? RecheckAfter
    {
        get
        {
            if (evidence.Of(_question) is null)
            {
                return null;
            }

            var next = Max(FirstRecheck, evidence.AgeOf(_question) * RecheckGrowth);
            var remaining = evidence.RemainingOf(_question);
            return remaining < next && (remaining > TimeSpan.Zero || _listsStage is EvidenceStage.Unconfirmed) ? remaining : next;
        }
    }

    /// <summary>For a person, while something that the role listed before is kept; else null.</summary>
    public string? Kept { get; private set; }

    /// <summary>What this host is to have by its role; null when that was never read.</summary>
    public RoleKeys? KeysFor(bool isSlaveNode) => isSlaveNode ? Keys?.ForSlave(documented) : Keys;

    /// <summary>
    /// Takes note of what the role's resource is. One that was a slave's configuration and now is none changes nothing: an empty answer of a store
    /// in trouble is likelier than a changed mind.
    /// </summary>
    /// <param name="everWasSlave">A text of the resource became a configuration before.</param>
    public void Learn(ConfigurationPlan plan, bool everWasSlave)
    {
        IsSlaveNode = everWasSlave || plan is not ConfigurationPlan.NoSlave;
        IsSurelyOther = IsOtherUnconfirmed = false;
    }

    /// <summary>The role is no slave node's.</summary>
    /// <param name="isConfirmed">It has been said for long enough; until then what this agent stands in for on a slave node is left out.</param>
    public void LearnOther(bool isConfirmed)
    {
        IsSlaveNode = false;
        IsSurelyOther = isConfirmed && !IsOtherResource;
        IsOtherUnconfirmed = !isConfirmed;
    }

    /// <summary>The role may read no resource, and so lists nothing; not kept, for it may be allowed tomorrow.</summary>
    public void LearnUnreadable()
    {
        Keys ??= new RoleKeys([], [], []);
        ForgetEvidence();
    }

    /// <summary>
    /// Reads the role's keys again. A key that is not set lists nothing. What the role listed before and lists no longer is kept until K2HR3 has said so for long
    /// enough; all else is taken at once.
    /// </summary>
    /// <returns>Null when all were read, else why not.</returns>
    public async Task<Outcome?> ReadKeysAsync(CancellationToken cancel)
    {
        var values = new List<string>(4);
        foreach (var key in new[] { RoleKeys.PackagesKey, RoleKeys.AntPickaxPackagesKey, RoleKeys.UnitsKey, RoleKeys.ChmpxUserKey })
        {
            switch (await client.ReadKeyAsync(resource, key, cancel))
            {
                case K2hr3Answer.Text text:
                    values.Add(text.Value);
                    break;
                case K2hr3Answer.NoSuchKey:
                    values.Add(string.Empty);
                    break;
                case var other:
                    ForgetEvidence();
                    return K2hr3Outcome.Of(other, $"reading the role's key {key}");
            }
        }

        Take(new RoleKeys(RoleKeys.Split(values[0]), RoleKeys.Split(values[1]), RoleKeys.Split(values[2]))
        {
            ChmpxUser = values[3].Trim() is { Length: > 0 } user ? user : null,
        });
        return null;
    }

    /// <summary>Nothing was said of the lists: whatever they lacked has to be said again from the start.</summary>
    private void ForgetEvidence()
    {
        evidence.Note(_question, null);
        _listsStage = EvidenceStage.None;
        Kept = null;
    }

    private void Take(RoleKeys said)
    {
        var lost = Lost(Keys, said);
        evidence.Note(_question, lost.Count > 0 ? $"without {string.Join(", ", lost)}" : IsIncomplete(said) ? Incomplete : null);
        _listsStage = evidence.StageOf(_question);
        var keeps = lost.Count > 0 && _listsStage != EvidenceStage.Confirmed;
        Kept = keeps ? $"K2HR3 no longer gives the role's {string.Join(", ", lost)}, which stays in force until it has said so for {evidence.Settings.Duration.TotalSeconds:0} s" : null;
        var keys = (keeps ? said.OrWhereEmpty(Keys!) : said) with { Resource = resource.ToString() };
        if (Keys?.Resource is null || !Keys.SaysTheSame(keys))
        {
            keys.Save(_path);
        }

        Keys = keys;
    }

    /// <summary>The keys that had a value and have none now.</summary>
    private static List<string> Lost(RoleKeys? before, RoleKeys now) =>
    [
        .. new[]
        {
            (RoleKeys.PackagesKey, before?.Packages.Count > 0 && now.Packages.Count == 0),
            (RoleKeys.AntPickaxPackagesKey, before?.AntPickaxPackages.Count > 0 && now.AntPickaxPackages.Count == 0),
            (RoleKeys.UnitsKey, before?.Units.Count > 0 && now.Units.Count == 0),
            (RoleKeys.ChmpxUserKey, before?.ChmpxUser is not null && now.ChmpxUser is null),
        }.Where(key => key.Item2).Select(key => key.Item1),
    ];

    /// <summary>A role of this kind lists packages and services; without either the answer may be that of a store in trouble, and is soon asked for again.</summary>
    private static bool IsIncomplete(RoleKeys keys) => keys.Units.Count == 0 || keys.Packages.Count + keys.AntPickaxPackages.Count == 0;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
