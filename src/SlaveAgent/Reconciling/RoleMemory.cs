using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>What is known of the role: its keys, kept over restarts, and whether its resource is a slave's configuration.</summary>
/// <param name="documented">What a slave node gets where the role lists nothing at all.</param>
public sealed class RoleMemory(K2hr3Client client, Yrn resource, HostRoot root, SlaveSettings documented, TimeProvider time)
{
    /// <summary>How often in a row K2HR3 must say that a list is empty, as a store in trouble says too, before that is believed.</summary>
    private const int EmptyForSure = 3;

    /// <summary>How soon lists that hold nothing are read again, and how much longer they are left alone each time: after 10 s, a minute, six, an hour.</summary>
    private static readonly TimeSpan FirstRecheck = TimeSpan.FromSeconds(10);

    private const int RecheckGrowth = 5;

    private readonly string _path = root.At(AgentPaths.RoleKeys);
    private int _doubtful;
    private long? _emptySince;

    /// <summary>As last read from K2HR3, maybe before a restart; null when never.</summary>
    public RoleKeys? Keys { get; private set; } = RoleKeys.Load(root.At(AgentPaths.RoleKeys));

    /// <summary>Null while it is not known.</summary>
    public bool? IsSlaveNode { get; private set; }

    /// <summary>When the lists are to be read again, sooner than at the role's interval: soon after they were found to hold nothing, as those of a store in trouble do, then ever more rarely.</summary>
    public TimeSpan? RecheckAfter => _emptySince is { } since ? Max(FirstRecheck, time.GetElapsedTime(since) * RecheckGrowth) : null;

    /// <summary>What this host is to have by its role; null when that was never read.</summary>
    public RoleKeys? KeysFor(bool isSlaveNode) => isSlaveNode ? Keys?.ForSlave(documented) : Keys;

    /// <summary>
    /// Takes note of what the role's resource is. One that was a slave's configuration and now is none changes nothing: an empty answer of a store
    /// in trouble is likelier than a changed mind.
    /// </summary>
    /// <param name="everWasSlave">A text of the resource became a configuration before.</param>
    public void Learn(ConfigurationPlan plan, bool everWasSlave) => IsSlaveNode = everWasSlave || plan is not ConfigurationPlan.NoSlave;

    /// <summary>The role may read no resource, so it is no slave node's and lists nothing; not kept, for it may be allowed tomorrow.</summary>
    public void LearnUnreadable()
    {
        IsSlaveNode = false;
        Keys ??= new RoleKeys([], [], []);
    }

    /// <summary>Reads the role's keys anew. A key that is not set lists nothing; a K2HR3 that does not answer lists nothing either, but is no answer.</summary>
    /// <returns>Null when all were read and are believed, else why not.</returns>
    public async Task<StepOutcome?> ReadKeysAsync(CancellationToken cancel)
    {
        var doubtful = _doubtful;
        _doubtful = 0;
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
                    return K2hr3Outcome.Of(other, $"reading the role's key {key}");
            }
        }

        var keys = new RoleKeys(RoleKeys.Split(values[0]), RoleKeys.Split(values[1]), RoleKeys.Split(values[2]))
        {
            ChmpxUser = values[3].Trim() is { Length: > 0 } user ? user : null,
        };
        if (LosesAList(Keys, keys) && doubtful + 1 < EmptyForSure)
        {
            _doubtful = doubtful + 1;
            return new StepOutcome.Waiting("K2HR3 says that the role lists no services, or no packages; it has to say so again");
        }

        if (Keys is null || !Keys.SaysTheSame(keys))
        {
            keys.Save(_path);
        }

        Keys = keys;
        _emptySince = keys.ListsNothing ? _emptySince ?? time.GetTimestamp() : null;
        return null;
    }

    /// <summary>
    /// A host that knows nothing of its role yet expects packages and services: were a part of the lists believed to be empty at once, nothing would be started
    /// for an hour. With all of them empty a slave node gets what it needs in either case.
    /// </summary>
    private bool LosesAList(RoleKeys? before, RoleKeys now) => before is null
        ? !(now.ListsNothing && IsSlaveNode is true) && (now.Units.Count == 0 || now.Packages.Count + now.AntPickaxPackages.Count == 0)
        : IsLost(before.Packages, now.Packages) || IsLost(before.AntPickaxPackages, now.AntPickaxPackages) || IsLost(before.Units, now.Units);

    private static bool IsLost(IReadOnlyList<string> before, IReadOnlyList<string> now) => before.Count > 0 && now.Count == 0;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
