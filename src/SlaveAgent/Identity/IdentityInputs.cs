namespace SlaveAgent.Identity;

/// <summary>All that a decision on the identity rests on.</summary>
/// <param name="Accepted">What K2HR3 accepted last; null when it never did.</param>
/// <param name="Files">What the identity files hold.</param>
/// <param name="Handed">What the User Data Script handed over, and what was found in the identity files that nobody accepted.</param>
/// <param name="Standing">What the settings say, at each start again.</param>
/// <param name="Options">What a person's options said last and K2HR3 has not accepted yet.</param>
/// <param name="Machine">Whether this is the machine of the registration.</param>
/// <param name="InstanceId">cloud-init's; null when it is away or a placeholder.</param>
/// <param name="HostName">The kernel's host name, as it is.</param>
/// <param name="FullName">The name to register with; null while the host has none, or it was not asked for yet.</param>
public sealed record IdentityInputs(
    AcceptedIdentity? Accepted,
    FileValues Files,
    IdentityValues Handed,
    IdentityValues Standing,
    IdentityValues Options,
    MachineVerdict Machine,
    string? InstanceId,
    string HostName,
    string? FullName);
