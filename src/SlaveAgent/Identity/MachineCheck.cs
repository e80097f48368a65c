namespace SlaveAgent.Identity;

/// <summary>Compares the machine of the registration with this one. Pure.</summary>
public static class MachineCheck
{
    /// <param name="recorded">The machine of the registration; null when none was recorded.</param>
    public static MachineVerdict Compare(Machine? recorded, Machine now)
    {
        if (recorded is null)
        {
            return new(MachineCode.NothingRecorded, "no registration recorded a machine");
        }

        if (recorded.ProductUuid is { } product && now.ProductUuid is { } thisProduct)
        {
            if (!Same(product, thisProduct))
            {
                return new(MachineCode.AnotherProduct, $"the identity was registered from the machine with product UUID {product}, and this one has {thisProduct}");
            }
        }
        else if (recorded.MachineId is { } id && now.MachineId is { } thisId && !Same(id, thisId))
        {
            return new(MachineCode.AnotherMachineId, $"the identity was registered from the machine with machine ID {id}, and this one has {thisId}");
        }

        // Even with the same product UUID: containers of a host share it, and a machine redeployed for another instance is another host for its cloud.
        if (recorded.InstanceId is { } instance && now.InstanceId is { } thisInstance && !Same(instance, thisInstance))
        {
            return new(MachineCode.AnotherInstance, $"the identity was registered from instance {instance}, and this is {thisInstance}");
        }

        return (recorded.ProductUuid is not null && now.ProductUuid is not null)
            || (recorded.MachineId is not null && now.MachineId is not null)
            || (recorded.InstanceId is not null && now.InstanceId is not null)
            ? new(MachineCode.Same, "this is the machine that the identity was registered from")
            : new(MachineCode.NotKnown, "no distinguishing property is known of both this machine and the one of the registration");
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
