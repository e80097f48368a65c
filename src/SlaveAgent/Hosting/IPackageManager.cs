namespace SlaveAgent.Hosting;

/// <summary>The host's package manager: apt or dnf.</summary>
public interface IPackageManager
{
    PackageFamily Family { get; }

    Task<bool> IsInstalledAsync(string package, CancellationToken cancel);

    /// <summary>Updates the package lists and installs the packages; waits for locks held by others. Cannot be cancelled once started.</summary>
    /// <returns>The result of the tool, with its output if it failed.</returns>
    Task<CommandResult> InstallAsync(IReadOnlyList<string> packages);

    /// <summary>Configures the AntPickax repository as a signed source, if it is not already.</summary>
    /// <param name="key">The repository's public key, ASCII armoured.</param>
    /// <returns>Whether anything was written.</returns>
    bool SetUpRepository(string key);
}
