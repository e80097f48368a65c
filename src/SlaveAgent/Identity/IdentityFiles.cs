using SlaveAgent.Files;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>
/// The nine files in <c>/etc/antpickax</c> from which AntPickax tools read the host's identity: one value each, without a newline.
/// Unlike with the shell tooling, the token is readable by its owner only.
/// </summary>
public sealed class IdentityFiles(HostRoot root)
{
    public const string Token = Directory + "/k2hr3-role-token";
    private const string Directory = "/etc/antpickax";
    private const string Role = Directory + "/k2hr3-role-name";
    private const string Tenant = Directory + "/k2hr3-role-tenant";
    private const string Cuk = Directory + "/k2hr3-cuk";
    private const string CukParameter = Directory + "/k2hr3-cuk-param";
    private const string ExtraParameter = Directory + "/k2hr3-extra-param";
    private const string TagParameter = Directory + "/k2hr3-tag-param";
    private const string ApiArgument = Directory + "/k2hr3-apiarg";
    private const string ApiUri = Directory + "/k2hr3-api-uri";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ReadableByAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The values in the files.</summary>
    public FileValues ReadValues() => new(ReadApiUri(), ReadRole(), ReadTenant(), ReadCuk(), ReadTag(), Read(Token));

    /// <summary>Changes when something else writes role, address or token, or replaces any of the files.</summary>
    public FilesStamp Observe() => new(VersionOf(Directory), VersionOf(Role), VersionOf(ApiUri), VersionOf(Token));

    public string? ReadRole() => Read(Role);

    public string? ReadTenant() => Read(Tenant);

    public string? ReadCuk() => Read(Cuk);

    public string? ReadTag() => Read(TagParameter)?.Replace("tag=", string.Empty, StringComparison.Ordinal);

    public string? ReadApiUri() => Read(ApiUri);

    /// <summary>Writes the files that differ; none is written when all are correct.</summary>
    /// <param name="token">Null: no token file is written.</param>
    public void Write(K2hr3Identity identity, RoleToken? token)
    {
        foreach (var step in StepsToWrite(identity, token))
        {
            step();
        }
    }

    /// <summary>The same, one file per step; each is written completely or not at all.</summary>
    internal IEnumerable<Action> StepsToWrite(K2hr3Identity identity, RoleToken? token)
    {
        (string Path, string? Value, UnixFileMode Mode)[] files =
        [
            (Token, token?.Value, OwnerOnly),
            (Role, identity.Role.ToString(), ReadableByAll),
            (Tenant, identity.Tenant, ReadableByAll),
            (Cuk, identity.Cuk, ReadableByAll),
            (CukParameter, $"cuk={identity.Cuk}", ReadableByAll),
            (ExtraParameter, $"extra={K2hr3Identity.Extra}", ReadableByAll),
            (TagParameter, $"tag={identity.Tag}", ReadableByAll),
            (ApiArgument, $"cuk={identity.Cuk}", ReadableByAll),
            (ApiUri, identity.ApiUri.ToString().TrimEnd('/'), ReadableByAll),
        ];
        return files.Where(file => file.Value is not null).Select<(string Path, string? Value, UnixFileMode Mode), Action>(file => () =>
        {
            Directories.Make(root.At(Directory));
            Write(file.Path, file.Value!, file.Mode);
        });
    }

    public void Remove()
    {
        foreach (var path in new[] { Token, Role, Tenant, Cuk, CukParameter, ExtraParameter, TagParameter, ApiArgument, ApiUri })
        {
            root.Delete(path);
            AtomicFile.RemoveStaleStages(root.At(Directory), System.IO.Path.GetFileName(path));
        }
    }

    private FileVersion? VersionOf(string path) => FileStatus.Of(root.At(path))?.Version;

    private string? Read(string path) => root.TryRead(path)?.Trim() is { Length: > 0 } value ? value : null;

    private void Write(string hostPath, string value, UnixFileMode mode)
    {
        var path = root.At(hostPath);
        if (FileStatus.Of(path) is not { } status || status.Mode != mode || !status.IsOwn || root.TryRead(hostPath) != value)
        {
            AtomicFile.Write(path, value, mode, keepOwner: false);
        }
    }
}
