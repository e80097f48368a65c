namespace SlaveAgent.Settings;

/// <summary>What is wrong with the settings or the options; stable, for programs.</summary>
public enum SettingsCode
{
    /// <summary>The file cannot be read.</summary>
    Unreadable,

    /// <summary>The file contains a NUL character: it is corrupt.</summary>
    NulCharacter,

    NotYaml,

    /// <summary>The document is a list or a single value.</summary>
    NotAMapping,

    /// <summary>The file is nested more deeply than any setting.</summary>
    TooDeep,

    /// <summary>The file uses a YAML alias.</summary>
    Alias,

    /// <summary>The name of a setting is a list or a mapping.</summary>
    NameNotPlain,

    /// <summary>An item of a list is a list or a mapping.</summary>
    ItemNotSingle,

    UnknownName,

    /// <summary>A section was given a value.</summary>
    IsSection,

    /// <summary>A setting was given members.</summary>
    IsNoSection,

    /// <summary>A list was given where one value is needed.</summary>
    NotSingle,

    NotAFlag,
    NotANumber,
    NotADuration,
    NotAPercentage,
    NotAFileMode,
    NotAChoice,
    NotAnAddress,

    /// <summary>The repository's key is read over https or from a file only.</summary>
    BadKeySource,

    NotAFingerprint,
    NotADistribution,

    /// <summary>The configuration's path is one that chmpx would not take.</summary>
    BadPath,

    BadResource,

    /// <summary>A client key without its certificate.</summary>
    KeyAlone,

    /// <summary>A file for the connection to K2HR3 cannot be used.</summary>
    BadTlsFile,

    /// <summary>A variable of the environment that should hold a proxy's address holds something else.</summary>
    BadProxy,

    /// <summary>The mode keeps others from reading the configuration, and <c>chmpx.access</c> admits the programs of all.</summary>
    ModeExcludesPrograms,

    /// <summary>The host's identity cannot be used.</summary>
    BadIdentity,

    /// <summary>There is no role token for this command.</summary>
    NoToken,

    /// <summary>The host's root directory does not exist.</summary>
    NoRoot,
}
