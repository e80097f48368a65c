using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>Where the host stands with its identity, as a daemon tells it to <c>status</c> and <c>wait</c>. Never holds a secret.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For a person.</param>
/// <param name="Since">Since when.</param>
/// <param name="Role">That runs; null while none does.</param>
public sealed record IdentityStatus(IdentityCode Code, string Message, DateTimeOffset Since, string? Role)
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Another identity is offered that K2HR3 has not accepted; what is said of the connection is said of the one before it.</summary>
    public bool IsOfferOpen => Code is IdentityCode.Offered or IdentityCode.OfferUnusable;

    /// <returns>What is said of an identity that is offered and not accepted yet, also of one that nobody has looked at yet; null when none is.</returns>
    public static string? OpenOffer(HostRoot root) =>
        Load(root) is { IsOfferOpen: true } status ? status.Message
        : File.Exists(root.At(AgentPaths.HandedIdentity)) || File.Exists(root.At(AgentPaths.OptionsIdentity)) ? "the identity that was handed over is not accepted yet"
        : null;

    /// <returns>Null when none was written in this boot, or none that can be read.</returns>
    public static IdentityStatus? Load(HostRoot root)
    {
        try
        {
            return root.TryRead(AgentPaths.IdentityStatus) is { } text ? JsonSerializer.Deserialize(text, IdentityJson.Default.IdentityStatus) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(HostRoot root)
    {
        Directories.MakeOwn(root.At(AgentPaths.RuntimeDirectory));
        AtomicFile.Write(root.At(AgentPaths.IdentityStatus), JsonSerializer.Serialize(this, IdentityJson.Default.IdentityStatus), ReadableByAll, durable: false, keepOwner: false);
    }
}
