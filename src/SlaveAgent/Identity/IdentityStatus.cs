using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>The state of the host's identity, as reported by the daemon to <c>status</c> and <c>wait</c>. Contains no secret.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For a person.</param>
/// <param name="Since">When the state began.</param>
/// <param name="Role">The role in force; null while there is none.</param>
public sealed record IdentityStatus(IdentityCode Code, string Message, DateTimeOffset Since, string? Role)
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Another identity is offered that K2HR3 has not accepted; the connection is that of the identity in force.</summary>
    public bool IsOfferOpen => Code is IdentityCode.Offered or IdentityCode.OfferUnusable;

    /// <returns>A message about an offered identity that is not accepted yet, including one that is not processed yet; null when there is none.</returns>
    public static string? OpenOffer(HostRoot root) =>
        Load(root) is { IsOfferOpen: true } status ? status.Message
        : File.Exists(root.Agent.HandedIdentity) || File.Exists(root.Agent.OptionsIdentity) ? "the identity that was handed over is not accepted yet"
        : null;

    /// <returns>Null when none was written since the boot, or it cannot be read.</returns>
    public static IdentityStatus? Load(HostRoot root)
    {
        try
        {
            return RegularFile.TryRead(root.Agent.IdentityStatus) is { } text ? JsonSerializer.Deserialize(text, IdentityJson.Default.IdentityStatus) : null;
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
        Directories.MakeOwn(root.Agent.RuntimeDirectory);
        AtomicFile.Write(root.Agent.IdentityStatus, JsonSerializer.Serialize(this, IdentityJson.Default.IdentityStatus), ReadableByAll, durable: false, keepOwner: false);
    }
}
