using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>Finds out who this host is: from options and settings, else from the files that an earlier registration left, else from the host itself.</summary>
public static class IdentityReader
{
    /// <exception cref="SettingsException">Something is missing or wrong, and what.</exception>
    public static async Task<K2hr3Identity> ReadAsync(AgentSettings settings, HostRoot root, CommandRunner commands, CancellationToken cancel)
    {
        var files = new IdentityFiles(root);
        var facts = new HostFacts(root, commands);
        var role = ReadRole(settings, files);
        var cuk = settings.Host.Cuk ?? facts.InstanceId ?? files.ReadCuk()
            ?? throw new SettingsException("This host's CUK is not known: cloud-init has left no instance id; give --cuk or set host.cuk.");
        if (cuk.Any(c => c is <= ' ' or > '~' or '"' or '\'' or '\\' or '#'))
        {
            throw new SettingsException($"The CUK {InstallPackagesStep.Printable(cuk)} has characters that chmpx would misread; set host.cuk.");
        }

        // A host keeps the name it registered with, also when its resolv.conf says something else at the next boot: to K2HR3 it would be another host.
        var tag = settings.Host.Tag ?? (files.ReadCuk() == cuk ? files.ReadTag() : null) ?? await facts.FindFullNameAsync(cancel)
            ?? throw new SettingsException("This host has no name yet, only localhost; give --tag, set host.tag, or wait until cloud-init or DHCP has named it.");
        return new K2hr3Identity(
            ReadApiUri(settings, files),
            role,
            settings.K2hr3.Tenant ?? files.ReadTenant() ?? role.TenantYrn,
            cuk,
            tag,
            settings.Host.InboundAddress,
            settings.Host.OutboundAddress,
            settings.K2hr3.Authentication == Authentication.Address);
    }

    private static Yrn ReadRole(AgentSettings settings, IdentityFiles files)
    {
        var text = settings.K2hr3.Role ?? files.ReadRole()
            ?? throw new SettingsException($"The role is not known: {HowToTell("--role", "k2hr3.role")}.");
        return Yrn.TryParse(text) is { Type: "role" } role
            ? role
            : throw new SettingsException(
                $"The role {InstallPackagesStep.Printable(text)} is no full name of a role, such as yrn:yahoo:::mytenant:role:mycluster/slave.");
    }

    private static Uri ReadApiUri(AgentSettings settings, IdentityFiles files)
    {
        if (settings.K2hr3.ApiUri is { } set)
        {
            return set;
        }

        var text = files.ReadApiUri()
            ?? throw new SettingsException($"K2HR3's address is not known: {HowToTell("--api-uri", "k2hr3.api_uri")}.");
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            ? uri
            : throw new SettingsException($"K2HR3's address {InstallPackagesStep.Printable(text)} is no http or https address without a user name in it.");
    }

    private static string HowToTell(string option, string setting) =>
        $"give {option}, set {setting}, or run bootstrap from the User Data Script first";
}
