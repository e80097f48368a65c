using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Settings;

namespace SlaveAgent.Composition;

/// <summary>What a call says: its root, its settings, and where the token comes from.</summary>
/// <param name="Options">Who its options say this host is; of the daemon none, for there they stand as the settings do.</param>
/// <param name="FileSettings">The settings without the options; null where the options stand.</param>
internal sealed record Setup(HostRoot Root, AgentSettings Settings, TokenSource Token, IdentityValues Options, AgentSettings? FileSettings)
{
    public PlainHttp PlainHttp { get; } = new();

    /// <summary>Why the settings' files cannot be used, where those that were last in force are used instead; else null.</summary>
    public string? Refused { get; init; }

    /// <summary>False where there are none to use at all; <see cref="Settings"/> then are the defaults.</summary>
    public bool HasSettings { get; init; } = true;
}
