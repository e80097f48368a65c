using SlaveAgent.Files;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Reconciling;

/// <summary>
/// The nine files in <c>/etc/antpickax</c> by which AntPickax tools know the host (k2hdkc-dbaas.md): one value each, without a newline.
/// The token is readable by its owner only, unlike the shell tooling's.
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

    public string? ReadRole() => Read(Role);

    public string? ReadTenant() => Read(Tenant);

    public string? ReadCuk() => Read(Cuk);

    public string? ReadTag() => Read(TagParameter)?.Replace("tag=", string.Empty, StringComparison.Ordinal);

    public string? ReadApiUri() => Read(ApiUri);

    /// <summary>Writes what is not there yet as it should be; nothing is touched when all is.</summary>
    /// <param name="token">Null: no token file is written.</param>
    public void Write(K2hr3Identity identity, RoleToken? token)
    {
        Directories.Make(root.At(Directory));
        if (token is not null)
        {
            Write(Token, token.Value, OwnerOnly);
        }

        Write(Role, identity.Role.ToString(), ReadableByAll);
        Write(Tenant, identity.Tenant, ReadableByAll);
        Write(Cuk, identity.Cuk, ReadableByAll);
        Write(CukParameter, $"cuk={identity.Cuk}", ReadableByAll);
        Write(ExtraParameter, $"extra={K2hr3Identity.Extra}", ReadableByAll);
        Write(TagParameter, $"tag={identity.Tag}", ReadableByAll);
        Write(ApiArgument, $"cuk={identity.Cuk}", ReadableByAll);
        Write(ApiUri, identity.ApiUri.ToString().TrimEnd('/'), ReadableByAll);
    }

    public void Remove()
    {
        foreach (var path in new[] { Token, Role, Tenant, Cuk, CukParameter, ExtraParameter, TagParameter, ApiArgument, ApiUri })
        {
            root.Delete(path);
            AtomicFile.RemoveStaleStages(root.At(Directory), System.IO.Path.GetFileName(path));
        }
    }

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
