namespace SlaveAgent.Sandbox.Viewing;

/// <summary>What an entry of the feed is about.</summary>
internal enum EntryKind
{
    /// <summary>A person asked for something.</summary>
    Command,

    /// <summary>A step was verified.</summary>
    Step,

    /// <summary>The agent wrote a generation, or refused one.</summary>
    Generation,

    /// <summary>The slave's connection, or K2HR3, is otherwise than before.</summary>
    Change,

    /// <summary>Something did not come about.</summary>
    Problem,
}
