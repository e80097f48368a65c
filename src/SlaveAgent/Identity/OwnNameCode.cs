namespace SlaveAgent.Identity;

public enum OwnNameCode
{
    /// <summary>It is a name or an address of this host.</summary>
    Own,

    /// <summary>It is unknown whether it is this host.</summary>
    NotKnown,

    /// <summary>It does not resolve, and reverse lookup of this host's addresses does not return it.</summary>
    NotResolved,

    /// <summary>It resolves, to addresses that this host does not have.</summary>
    OfAnotherHost,

    /// <summary>It resolves to loopback only, which chmpx does not count.</summary>
    OnlyLoopback,
}
