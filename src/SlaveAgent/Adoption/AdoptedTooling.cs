using SlaveAgent.Reconciling;

namespace SlaveAgent.Adoption;

/// <summary>What of the shell tooling ran before this agent took its host over, so that it can be given back as it was.</summary>
/// <param name="Enabled">Its timers that started at boot.</param>
/// <param name="Active">Its timers that ran.</param>
internal sealed record AdoptedTooling(IReadOnlyList<string> Enabled, IReadOnlyList<string> Active)
{
    public static AdoptedTooling? Load(string path) =>
        StateFile.TryLoad(path, AdoptionJson.Default.AdoptedTooling) is { Enabled: not null, Active: not null } adopted ? adopted : null;

    public void Save(string path) => StateFile.Save(path, this, AdoptionJson.Default.AdoptedTooling);
}
