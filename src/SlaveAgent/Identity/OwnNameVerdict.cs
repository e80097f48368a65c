namespace SlaveAgent.Identity;

/// <summary>Whether a node's NAME is this host, by chmpx's rule.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For a person.</param>
public sealed record OwnNameVerdict(OwnNameCode Code, string Message)
{
    /// <summary>chmpx would exit at startup.</summary>
    public bool IsRefused => Code is not (OwnNameCode.Own or OwnNameCode.NotKnown);
}
