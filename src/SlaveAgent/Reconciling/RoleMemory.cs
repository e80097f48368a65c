using SlaveAgent.Files;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Reconciling;

/// <summary>What is known of the role: its keys, kept over restarts, and whether its resource is a slave's configuration.</summary>
public sealed class RoleMemory(K2hr3Client client, Yrn resource, HostRoot root)
{
    /// <summary>How often in a row K2HR3 must say that a list is empty, as a store in trouble says too, before that is believed.</summary>
    private const int EmptyForSure = 3;

    private readonly string _path = root.At(AgentPaths.RoleKeys);
    private int _doubtful;

    /// <summary>As last read from K2HR3, maybe before a restart; null when never.</summary>
    public RoleKeys? Keys { get; private set; } = RoleKeys.Load(root.At(AgentPaths.RoleKeys));

    /// <summary>Null while it is not known.</summary>
    public bool? IsSlaveNode { get; private set; }

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

    /// <summary>Reads the three keys anew. A key that is not set lists nothing; a K2HR3 that does not answer lists nothing either, but is no answer.</summary>
    /// <returns>Null when all were read and are believed, else why not.</returns>
    public async Task<StepOutcome?> ReadKeysAsync(CancellationToken cancel)
    {
        var doubtful = _doubtful;
        _doubtful = 0;
        var values = new List<IReadOnlyList<string>>(3);
        foreach (var key in new[] { RoleKeys.PackagesKey, RoleKeys.AntPickaxPackagesKey, RoleKeys.UnitsKey })
        {
            switch (await client.ReadKeyAsync(resource, key, cancel))
            {
                case K2hr3Answer.Text text:
                    values.Add(RoleKeys.Split(text.Value));
                    break;
                case K2hr3Answer.NoSuchKey:
                    values.Add([]);
                    break;
                case var other:
                    return K2hr3Outcome.Of(other, $"reading the role's key {key}");
            }
        }

        var keys = new RoleKeys(values[0], values[1], values[2]);
        if (LosesAList(Keys, keys) && doubtful + 1 < EmptyForSure)
        {
            _doubtful = doubtful + 1;
            return new StepOutcome.Waiting("K2HR3 says that the role lists no services, or no packages; it has to say so again");
        }

        if (Keys is null || !Same(Keys, keys))
        {
            keys.Save(_path);
        }

        Keys = keys;
        return null;
    }

    /// <summary>A host that knows nothing of its role yet expects packages and services: believed at once, nothing would be started for an hour.</summary>
    private static bool LosesAList(RoleKeys? before, RoleKeys now) => before is null
        ? now.Units.Count == 0 || now.Packages.Count + now.AntPickaxPackages.Count == 0
        : IsLost(before.Packages, now.Packages) || IsLost(before.AntPickaxPackages, now.AntPickaxPackages) || IsLost(before.Units, now.Units);

    private static bool IsLost(IReadOnlyList<string> before, IReadOnlyList<string> now) => before.Count > 0 && now.Count == 0;

    private static bool Same(RoleKeys a, RoleKeys b) =>
        a.Packages.SequenceEqual(b.Packages) && a.AntPickaxPackages.SequenceEqual(b.AntPickaxPackages) && a.Units.SequenceEqual(b.Units);
}
