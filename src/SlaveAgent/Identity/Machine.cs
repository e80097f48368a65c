namespace SlaveAgent.Identity;

/// <summary>Which machine an identity was registered from, by what a copy of its disk does not carry along.</summary>
/// <param name="ProductUuid">Of the firmware (DMI): the hypervisor gives each machine its own. Null where there is none, or it cannot be read.</param>
/// <param name="MachineId">Of <c>/etc/machine-id</c>, which a copied disk may share: it counts only where there is no product UUID.</param>
/// <param name="InstanceId">cloud-init's; null when it is away or a placeholder.</param>
public sealed record Machine(string? ProductUuid, string? MachineId, string? InstanceId);
