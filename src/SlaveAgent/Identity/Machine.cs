namespace SlaveAgent.Identity;

/// <summary>Identifies the machine that an identity was registered from, by properties that are not copied with its disk.</summary>
/// <param name="ProductUuid">From the firmware (DMI): the hypervisor assigns each machine its own. Null when missing or unreadable.</param>
/// <param name="MachineId">From <c>/etc/machine-id</c>, which may be copied with the disk: used only without a product UUID.</param>
/// <param name="InstanceId">cloud-init's; null when missing or a placeholder.</param>
public sealed record Machine(string? ProductUuid, string? MachineId, string? InstanceId);
