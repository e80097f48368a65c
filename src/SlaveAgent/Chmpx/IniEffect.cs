namespace SlaveAgent.Chmpx;

/// <summary>What follows from something that is to be said of a configuration.</summary>
public enum IniEffect
{
    /// <summary>chmpx ends at a start with it, or when it reloads it.</summary>
    Ends,

    /// <summary>chmpx runs, and does something else than the text says or harms this host.</summary>
    Harms,

    /// <summary>Nothing; a person should know.</summary>
    Note,
}
