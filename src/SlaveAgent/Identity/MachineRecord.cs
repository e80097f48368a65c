using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>
/// The machine of the registration, in a file that only root can read. Written last, when identity and registration belong to this machine: while it
/// names another machine, chmpx's unit does not start.
/// </summary>
public static class MachineRecord
{
    /// <returns>Null when nothing was recorded, or it cannot be read.</returns>
    public static Machine? Load(HostRoot root)
    {
        try
        {
            return RegularFile.TryRead(root.Agent.Machine) is { } text ? JsonSerializer.Deserialize(text, IdentityJson.Default.Machine) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it if it differs. Properties that cannot be read now keep the recorded values of the same machine.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Save(HostRoot root, Machine machine)
    {
        var before = Load(root);
        var all = before is null || MachineCheck.Compare(before, machine).IsAnother
            ? machine
            : new Machine(machine.ProductUuid ?? before.ProductUuid, machine.MachineId ?? before.MachineId, machine.InstanceId ?? before.InstanceId);
        if (before != all)
        {
            IdentityFile.Write(root.Agent.Machine, JsonSerializer.Serialize(all, IdentityJson.Default.Machine));
        }
    }
}
