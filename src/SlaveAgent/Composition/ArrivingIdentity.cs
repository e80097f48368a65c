using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.Status;

namespace SlaveAgent.Composition;

/// <summary>Waits for what comes by itself: the host's name, and on a copy of a disk the instance id.</summary>
internal static class ArrivingIdentity
{
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HandOverTimeout = TimeSpan.FromMinutes(2);

    /// <summary>For a bootstrap; what a copied disk brought along is set aside meanwhile.</summary>
    /// <returns>Null when it did not come in time; the reason is on standard error then.</returns>
    public static async Task<IdentityReading?> WaitAsync(Setup setup, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        var commands = new CommandRunner(time);
        var began = time.GetTimestamp();
        var isLogged = false;
        while (true)
        {
            var reading = await IdentityReader.ReadAsync(setup, setup.Settings, commands, time, cancel);
            if (SetAside(setup, setup.Settings, reading) is { } kept)
            {
                await Console.Error.WriteLineAsync($"The configuration of the machine that this disk was copied from was moved to {kept}.");
            }

            if (!reading.Decision.IsNotYet)
            {
                return reading;
            }

            if (timeout != Timeout.InfiniteTimeSpan && time.GetElapsedTime(began) >= timeout)
            {
                await Console.Error.WriteLineAsync(
                    $"Not done after {timeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s. {Progress.Sentence(reading.Decision.Message)}");
                return null;
            }

            if (!isLogged)
            {
                await Console.Error.WriteLineAsync(reading.Decision.Message);
                isLogged = true;
            }

            await Task.Delay(BetweenPolls, time, cancel);
        }
    }

    /// <summary>
    /// On a copy of a disk whose first boot is under way: a User Data Script may be about to hand over another role, and a host registered in the parent's role
    /// before that would be in both.
    /// </summary>
    /// <param name="waited">By the daemon; bounded, because a script may in turn wait for the agent.</param>
    public static bool MayStillBeHandedOver(HostRoot root, IdentityReading reading, TimeSpan waited) =>
        reading.Decision.Code == IdentityCode.Moved
        && waited < HandOverTimeout
        && reading.Basis is { Handed: null, Options: null }
        && Directory.Exists(root.At("/run/cloud-init"))
        && !File.Exists(root.At("/var/lib/cloud/instance/boot-finished"));

    /// <summary>On a copy of a disk: chmpx must not start on what makes it pass itself off as the parent.</summary>
    /// <returns>Where the configuration is kept; null when nothing was set aside.</returns>
    public static string? SetAside(Setup setup, Settings.AgentSettings settings, IdentityReading reading) => reading.Decision is { InForce: null } decision
        && MachineCheck.Compare(MachineRecord.Load(setup.Root), reading.Machine).IsAnother
            ? ForeignConfiguration.SetAside(setup.Root, AgentParts.OutputPath(settings, new OverrideReader(setup.Root)), decision.Offered?.Who.Cuk ?? reading.Machine.InstanceId)
            : null;
}
