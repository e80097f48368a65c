using SlaveAgent.Hosting;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class SystemdPresenceTests
{
    [Theory]
    [InlineData(ServiceManager.Auto, true, true)]
    [InlineData(ServiceManager.Auto, false, false)]
    [InlineData(ServiceManager.Systemd, false, true)]
    [InlineData(ServiceManager.None, true, false)]
    public void Units_are_systemds_where_it_runs_the_host_unless_a_setting_says_otherwise(ServiceManager setting, bool isBooted, bool isSystemds)
    {
        using var directory = new TempDirectory();
        if (isBooted)
        {
            Directory.CreateDirectory(directory.At("run/systemd/system"));
        }

        Assert.Equal(isSystemds, SystemdPresence.Find(setting, directory.Root, new CommandRunner(TimeProvider.System)).WhyAbsent is null);
    }
}
