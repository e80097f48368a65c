using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>
/// The machine of the registration, kept where only root reads it. Written last of all, when identity and registration are this machine's: while it
/// names another machine, chmpx's unit does not start.
/// </summary>
public static class MachineRecord
{
    /// <returns>Null when nothing was recorded, or nothing that can be read.</returns>
    public static Machine? Load(HostRoot root)
    {
        try
        {
            return root.TryRead(AgentPaths.Machine) is { } text ? JsonSerializer.Deserialize(text, IdentityJson.Default.Machine) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it unless it says so already. What cannot be read now is kept as it was of the same machine.</summary>
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
            IdentityFile.Write(root.At(AgentPaths.Machine), JsonSerializer.Serialize(all, IdentityJson.Default.Machine));
        }
    }
}
