namespace SlaveAgent.Configuration;

/// <summary>Why a generation was written; a stable code in the history, for programs.</summary>
public enum GenerationCause
{
    /// <summary>A poll of K2HR3 brought it.</summary>
    Poll,

    /// <summary>The ring had shown the change first, so that K2HR3 was asked.</summary>
    Ring,

    /// <summary>A SIGHUP had K2HR3 asked.</summary>
    Sighup,

    /// <summary>The command <c>regenerate</c>.</summary>
    Regenerate,

    /// <summary>The file was gone, or chmpx would have exited on it; it was made again from the last accepted answer.</summary>
    Restored,

    /// <summary>A person put an earlier generation in place again.</summary>
    Rollback,

    /// <summary>The same under a new number, because chmpx had to be told again.</summary>
    Stamp,

    /// <summary>It was found in place and loaded: another program wrote it, or an agent that was ended before it could note it.</summary>
    Found,
}
