namespace SlaveAgent.Identity;

/// <summary>The inputs of a decision on the identity.</summary>
/// <param name="Accepted">The identity K2HR3 accepted last; null when none.</param>
/// <param name="Files">The contents of the identity files.</param>
/// <param name="Handed">The values handed over by the User Data Script, and values found in the identity files that were never accepted.</param>
/// <param name="Standing">The values from the settings, read at each start.</param>
/// <param name="Options">The values from command line options that K2HR3 has not accepted yet.</param>
/// <param name="Machine">Whether this is the machine of the registration.</param>
/// <param name="InstanceId">cloud-init's; null when missing or a placeholder.</param>
/// <param name="HostName">The kernel's host name.</param>
/// <param name="FullName">The name to register with; null while the host has none, or it was not read yet.</param>
/// <param name="TokenProblem">Why a configured source provides no token, as a part of a sentence; null when it does, or none is configured.</param>
public sealed record IdentityInputs(
    AcceptedIdentity? Accepted,
    FileValues Files,
    IdentityValues Handed,
    IdentityValues Standing,
    IdentityValues Options,
    MachineVerdict Machine,
    string? InstanceId,
    string HostName,
    string? FullName,
    string? TokenProblem = null);
