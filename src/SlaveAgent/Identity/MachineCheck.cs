namespace SlaveAgent.Identity;

/// <summary>Whether this is the machine that the identity in place was registered from.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For a person.</param>
public sealed record MachineVerdict(MachineCode Code, string Message)
{
    /// <summary>It is surely another one. What cannot be told passes: chmpx must not stay down because a file cannot be read.</summary>
    public bool IsAnother => Code is MachineCode.AnotherProduct or MachineCode.AnotherMachineId or MachineCode.AnotherInstance;
}

public enum MachineCode
{
    /// <summary>Nothing was registered from here, or by a version that recorded no machine.</summary>
    NothingRecorded,

    Same,

    /// <summary>Nothing that both have can be compared.</summary>
    NotKnown,

    /// <summary>The firmware's UUID differs: a copy of the disk on another machine.</summary>
    AnotherProduct,

    /// <summary>There is no firmware UUID on one side, and the machine id differs.</summary>
    AnotherMachineId,

    /// <summary>cloud-init was told of another instance.</summary>
    AnotherInstance,
}

/// <summary>Compares the machine of the registration with this one. Pure.</summary>
public static class MachineCheck
{
    /// <param name="recorded">At the registration; null when nothing was.</param>
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
            return new(MachineCode.AnotherMachineId, $"the identity was registered from the machine with machine id {id}, and this one has {thisId}");
        }

        // Also on one product UUID: the containers of a host share it, and a machine that is set up anew for another instance is another host to its cloud.
        if (recorded.InstanceId is { } instance && now.InstanceId is { } thisInstance && !Same(instance, thisInstance))
        {
            return new(MachineCode.AnotherInstance, $"the identity was registered from instance {instance}, and this is {thisInstance}");
        }

        return (recorded.ProductUuid is not null && now.ProductUuid is not null)
            || (recorded.MachineId is not null && now.MachineId is not null)
            || (recorded.InstanceId is not null && now.InstanceId is not null)
            ? new(MachineCode.Same, "this is the machine that the identity was registered from")
            : new(MachineCode.NotKnown, "nothing that tells machines apart is known of both this machine and the one of the registration");
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
