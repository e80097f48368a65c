namespace SlaveAgent.Hosting;

/// <summary>The host's package manager: apt or dnf.</summary>
public interface IPackageManager
{
    PackageFamily Family { get; }

    Task<bool> IsInstalledAsync(string package, CancellationToken cancel);

    /// <summary>Refreshes the lists and installs what is named; waits for locks that others hold. Not cancelled once it has begun.</summary>
    /// <returns>How the tool ended; its output tells why it failed.</returns>
    Task<CommandResult> InstallAsync(IReadOnlyList<string> packages);

    /// <summary>Sets up the AntPickax repository as a signed source, unless it is there as it should be.</summary>
    /// <param name="key">The repository's public key, ASCII armoured.</param>
    /// <returns>Whether anything was written.</returns>
    bool SetUpRepository(string key);
}
