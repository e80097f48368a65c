using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>The host's package manager: apt or dnf.</summary>
public interface IPackageManager
{
    PackageFamily Family { get; }

    Task<bool> IsInstalledAsync(string package, CancellationToken cancel);

    /// <summary>Updates the package lists and installs the packages; waits for locks held by others. Cannot be cancelled once started.</summary>
    /// <returns>The result of the tool, with its output if it failed.</returns>
    Task<CommandResult> InstallAsync(IReadOnlyList<string> packages);

    /// <summary>Installs one package by the lists as they are; after the others of a transaction that failed, each of which may have been what it failed on.</summary>
    Task<CommandResult> InstallAloneAsync(string package);

    /// <summary>Sets up the AntPickax repository as a signed source, unless it is there as it should be.</summary>
    /// <param name="key">The repository's public key, ASCII armoured.</param>
    /// <returns>Whether anything was written.</returns>
    bool SetUpRepository(string key);
}
