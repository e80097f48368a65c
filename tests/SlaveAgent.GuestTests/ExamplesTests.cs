using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

/// <summary>The examples for hosts that do not use K2HR3's User Data Script.</summary>
public sealed class ExamplesTests(ITestOutputHelper output, GuestMachine machine)
{
    private const string NoCloud = "cloud-init/nocloud/user-data";
    private const string ConfigDrive = "cloud-init/configdrive/openstack/latest/user_data";

    [Fact]
    public void Both_examples_do_the_same() =>
        Assert.Equal(WithoutComments(NoCloud), WithoutComments(ConfigDrive));

    [Theory]
    [InlineData("nocloud", NoCloud, "/var/lib/cloud/seed/nocloud/user-data")]
    [InlineData("drive", ConfigDrive, "/var/lib/cloud/seed/config_drive/openstack/latest/user_data")]
    public async Task A_host_launched_with_the_example_ends_connected(string name, string example, string place)
    {
        await using var world = await World.CreateAsync(machine, name);
        var guest = world.Guest;
        if (name == "nocloud")
        {
            guest.Forget("/var/lib/cloud/seed/config_drive");
            guest.Put("/var/lib/cloud/seed/nocloud/meta-data", Repository.Read("cloud-init/nocloud/meta-data")
                .Replace("6f1f3c0a-5d0c-4b53-9c58-0f3a9b6f7c11", world.Cuk, StringComparison.Ordinal).Replace("mycluster-slave-1", "slave", StringComparison.Ordinal));
        }

        // The repository with the agent's package is the image's, as cloud-init/README.md says.
        guest.Put("/etc/apt/sources.list.d/agent.sources", world.AptSource + "\n");
        guest.Put(place, Repository.Read(example)
            .Replace("yrn:yahoo:::mytenant:role:mycluster/slave", world.Role.ToString(), StringComparison.Ordinal)
            .Replace("yrn:yahoo:::mytenant", world.Role.TenantYrn, StringComparison.Ordinal)
            .Replace("https://k2hr3.example.com", world.K2hr3.Uri.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("put-the-role-token-here", world.Token.Token, StringComparison.Ordinal), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await guest.BootAsync();
        var outcome = await world.CloudInitAsync();
        output.WriteLine(outcome + await guest.RunAsync("cat", "/var/log/cloud-init-output.log"));
        Assert.Contains("status: done", outcome, StringComparison.Ordinal);
        await world.WaitForConnectionAsync();
        await guest.UntilStateAsync("user-app.service", "active");
        Assert.Equal("600 root", await guest.RunAsync("stat", "-c", "%a %U", "/etc/antpickax/k2hr3-role-token"));
        Assert.Equal("", await guest.ShellAsync("grep -e WARNING -e ERROR -e Traceback /var/log/cloud-init.log || :"));
        Assert.Contains("Valid", await guest.RunAsync("cloud-init", "schema", "--system"), StringComparison.Ordinal);
        Assert.Equal("", await guest.FailedUnitsAsync());
    }

    private static IEnumerable<string> WithoutComments(string path) => Repository.Read(path).Split('\n').Where(line => !line.StartsWith("# ", StringComparison.Ordinal));
}
