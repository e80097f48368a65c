using System.Security.Cryptography;
using SlaveAgent.GuestTests.Guests;
using SlaveAgent.GuestTests.Packages;

[assembly: AssemblyFixture(typeof(GuestMachine))]

namespace SlaveAgent.GuestTests.Guests;

/// <summary>What all guests of one run share: the package repository, made when the first one asks, and the numbers of their addresses.</summary>
public sealed class GuestMachine : IAsyncDisposable
{
    private readonly Lazy<Task<PackageRepository>> _packages =
        new(() => PackageRepository.StartAsync(AgentPackage));

    private int _lastNumber;

    /// <summary>Why no guest can be booted, in a sentence; null when they can.</summary>
    public static string? WhyNot => Environment.GetEnvironmentVariable("SLAVE_AGENT_GUEST") == "1"
        ? null
        : Environment.GetEnvironmentVariable("SLAVE_AGENT_GUEST_WHY_NOT") is { Length: > 0 } why
            ? $"no guest can be booted here: {why}"
            : "needs root and minutes: run tests/SlaveAgent.GuestTests/run";

    /// <summary>The .deb under test.</summary>
    internal static string AgentPackage => Environment.GetEnvironmentVariable("SLAVE_AGENT_DEB")!;

    internal static string AgentPackageSha256 => WhyNot is null ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(AgentPackage))) : "";

    internal Task<PackageRepository> PackagesAsync() => _packages.Value;

    internal int NextNumber() => Interlocked.Increment(ref _lastNumber);

    public async ValueTask DisposeAsync()
    {
        if (_packages.IsValueCreated)
        {
            await (await _packages.Value).DisposeAsync();
        }
    }
}
