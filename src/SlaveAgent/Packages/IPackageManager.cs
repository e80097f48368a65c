using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>The host's package manager: apt or dnf.</summary>
public interface IPackageManager
{
    PackageFamily Family { get; }

    /// <summary>The address of the AntPickax repository for this system; null where the repository's name for the system is not known.</summary>
    string? RepositoryAddress { get; }

    /// <summary>By the host's database: the package itself, or an installed one that provides the name.</summary>
    Task<PackageState> StateOfAsync(string package, CancellationToken cancel);

    /// <summary>Whether a simulated install of it changes nothing, so that it is installed by whatever name.</summary>
    Task<bool> ChangesNothingAsync(string package, CancellationToken cancel);

    /// <summary>Fetches the lists of packages; waits for locks held by others. Cannot be cancelled once started.</summary>
    Task<CommandResult> UpdateListsAsync();

    /// <summary>Installs the packages by the lists as they are; waits for locks held by others. Cannot be cancelled once started.</summary>
    /// <returns>The result of the tool, with its output if it failed.</returns>
    Task<CommandResult> InstallAsync(IReadOnlyList<string> packages);

    /// <summary>
    /// Whether the host has a source of its own for the AntPickax repository, as the script of packagecloud.io adds one. It is used as it is: apt reads no source of the host at all
    /// while two of one repository name different keys.
    /// </summary>
    bool HasRepository { get; }

    /// <summary>Sets up the AntPickax repository as a signed source, unless it is there as it should be.</summary>
    /// <param name="key">The repository's public key, ASCII armoured.</param>
    /// <returns>Whether anything was written.</returns>
    bool SetUpRepository(string key);

    /// <summary>Takes the agent's source and its key away; a source that cannot be read fails every use of the package manager.</summary>
    /// <returns>Whether there was one.</returns>
    bool RemoveRepository();

    /// <summary>Whether fetching the lists failed because the AntPickax repository has nothing for this system, or is not signed with its key: trying again does not help.</summary>
    bool IsRepositoryAbsent(CommandResult updated);
}
