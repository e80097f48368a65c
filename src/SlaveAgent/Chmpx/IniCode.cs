namespace SlaveAgent.Chmpx;

/// <summary>What is to be said of a configuration; stable codes for programs and tests.</summary>
public enum IniCode
{
    /// <summary>The text begins with a byte order mark right before a section.</summary>
    ByteOrderMark,

    /// <summary>A control character, or one that is no UTF-8.</summary>
    ControlCharacter,

    /// <summary>A line before the first section, which chmpx passes over.</summary>
    OutsideOfSections,

    /// <summary>More sections than chmpx can hold nodes.</summary>
    TooManySections,

    /// <summary>One section has far more keys than chmpx knows.</summary>
    TooManyKeys,

    /// <summary>A section that chmpx needs is not there.</summary>
    SectionMissing,

    /// <summary>A section's name is written so that chmpx passes over it.</summary>
    SectionMisspelt,

    /// <summary>A section's head does not stand alone on its line, so that its keys count for the section before.</summary>
    SectionNotAlone,

    /// <summary>A chmpx in which INCLUDE works would read another file of this host.</summary>
    Include,

    /// <summary>chmpx throws away a line that has one of its keys, because a quote is not closed or a backslash has nothing to hide.</summary>
    UnreadableLine,

    /// <summary>A key without which chmpx ends.</summary>
    KeyMissing,

    /// <summary>A value that chmpx does not know.</summary>
    UnknownValue,

    /// <summary>A number that chmpx does not bear.</summary>
    NumberOutOfRange,

    /// <summary>Hash tables so large that chmpx takes minutes to start.</summary>
    HashTooLarge,

    /// <summary>No port from 1 to 32767: chmpx keeps ports in a signed 16-bit number.</summary>
    PortOutOfRange,

    /// <summary>Longer than chmpx has room for.</summary>
    TooLong,

    /// <summary>A GROUP that cannot be a part of a file's name.</summary>
    GroupUnusable,

    /// <summary>MAXCHMPX has no room for the servers and this node.</summary>
    TooFewPlaces,

    /// <summary>A node without NAME.</summary>
    NameMissing,

    /// <summary>A server's NAME that is a pattern chmpx cannot expand.</summary>
    NamePattern,

    /// <summary>A node without a control port, or a server without a port, of its own or for all.</summary>
    PortMissing,

    /// <summary>A node without what CHMPXIDTYPE makes its identity.</summary>
    IdentityMissing,

    /// <summary>No entry of a slave is this host's.</summary>
    NotListed,

    /// <summary>This host's entry has another control port than SELFCTLPORT says.</summary>
    OtherControlPort,

    /// <summary>The configuration was made for another host.</summary>
    OtherHost,

    /// <summary>A file or directory is named that is not on this host.</summary>
    FileMissing,

    /// <summary>A key about TLS where TLS, or the verification of peers, is off.</summary>
    TlsOff,

    /// <summary>TLS, or the verification of peers, is on, and a certificate or key is not given.</summary>
    TlsFileMissing,

    /// <summary>A private key that does not belong to its certificate, or a file that is neither.</summary>
    KeyDoesNotFit,

    /// <summary>A file that chmpx's user may not read.</summary>
    FileUnreadable,

    /// <summary>A node that is listed again and written once.</summary>
    ListedAgain,

    /// <summary>This host is listed a second time.</summary>
    OwnEntryAgain,

    /// <summary>Another slave has this host's name.</summary>
    NameTaken,

    /// <summary>Another slave's entry was left out, because chmpx would end on it.</summary>
    OtherSlaveLeftOut,

    /// <summary>What the agent knows better was put in.</summary>
    Repaired,

    /// <summary>An IPv6 address without brackets, of which the last group may be meant as a port.</summary>
    PortInAddress,

    /// <summary>The servers' table of slaves is nearly full.</summary>
    RingNearlyFull,

    /// <summary>There are more of them than are said.</summary>
    More,
}
