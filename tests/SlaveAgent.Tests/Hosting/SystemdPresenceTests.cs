using SlaveAgent.Hosting;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class SystemdPresenceTests
{
    [Theory]
    [InlineData(ServiceManager.Auto, true, true, true)]
    [InlineData(ServiceManager.Auto, true, false, true)]
    [InlineData(ServiceManager.Auto, false, true, true)]
    [InlineData(ServiceManager.Auto, false, false, false)]
    [InlineData(ServiceManager.Systemd, false, false, true)]
    [InlineData(ServiceManager.None, true, true, false)]
    public void Units_are_systemds_where_it_runs_the_host_or_has_a_systemctl_unless_a_setting_says_otherwise(ServiceManager setting, bool isBooted, bool hasSystemctl, bool isSystemds)
    {
        using var directory = new TempDirectory();
        if (isBooted)
        {
            Directory.CreateDirectory(directory.At("run/systemd/system"));
        }

        Assert.Equal(isSystemds, SystemdPresence.Find(setting, directory.Root, new CommandRunner(TimeProvider.System), hasSystemctl).WhyAbsent is null);
    }
}
