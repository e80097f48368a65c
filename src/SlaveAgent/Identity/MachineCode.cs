namespace SlaveAgent.Identity;

public enum MachineCode
{
    /// <summary>No registration was recorded, or only by a version that did not record the machine.</summary>
    NothingRecorded,

    Same,

    /// <summary>No property is known on both sides.</summary>
    NotKnown,

    /// <summary>The firmware's UUID differs: a copy of the disk on another machine.</summary>
    AnotherProduct,

    /// <summary>The firmware UUID is missing on one side, and the machine ID differs.</summary>
    AnotherMachineId,

    /// <summary>cloud-init's instance ID differs.</summary>
    AnotherInstance,
}
