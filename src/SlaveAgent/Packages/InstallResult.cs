using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <param name="Missing">What is not installed afterwards either.</param>
/// <param name="Last">What failed last; where all ended well, that.</param>
/// <param name="RepositoryReason">Why packages of the AntPickax repository could not be had from it; else <see cref="Reconciling.Reasons.AsDesired"/>.</param>
/// <param name="RepositoryProblem">The same for a person; else null.</param>
public sealed record InstallResult(IReadOnlyList<string> Installed, IReadOnlyList<string> Missing, CommandResult Last, string RepositoryReason, string? RepositoryProblem);
