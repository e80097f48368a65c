using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;

namespace SlaveAgent.Packages;

/// <summary>In place of <see cref="PackageController"/> where there is no systemd: what a container has is its image's, and is the same at each of its starts.</summary>
/// <param name="whyUnmanaged">Why there is no systemd, as a part of a sentence.</param>
public sealed class UnmanagedPackagesController(RoleMemory role, ConfigurationFile file, string whyUnmanaged) : IController
{
    public ControllerKinds Kind => ControllerKinds.Packages;

    public string Name => "packages";

    public Lane Lane => Lane.Packages;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(5);

    public Task<Outcome> RunAsync(CancellationToken cancel) => Task.FromResult(Observe());

    private Outcome Observe()
    {
        if (role.KeysFor(role.IsSlaveNode ?? file.IsThere) is not { } keys)
        {
            return new Outcome.Waiting("which packages the role lists is not known yet") { Reason = Reasons.RoleUnknown };
        }

        var packages = keys.Packages.Concat(keys.AntPickaxPackages).Distinct().ToList();
        return new Outcome.NothingToDo(
            packages.Count == 0 ? "the role lists no packages" : $"nothing is installed, because {whyUnmanaged}; what the image is to have of the role's packages: {Printable.Of(packages)}")
        {
            Reason = Reasons.NoServiceManager,
        };
    }
}
