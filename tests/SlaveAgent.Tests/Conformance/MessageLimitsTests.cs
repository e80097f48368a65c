using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Conformance;

/// <summary>
/// What the drop-in of chmpx's unit does before a start, in its order, and then the real chmpx as an ordinary user: the kernel's limits of message queues are raised to what the configuration asks for.
/// </summary>
public sealed class MessageLimitsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("MAXMQSERVER = 8\nMAXMQCLIENT = 1024\n", "1032")]
    [InlineData("", "8193")]
    public async Task As_an_ordinary_user_the_real_chmpx_ends_on_the_units_limits_and_runs_once_they_are_raised(string sizes, string limit)
    {
        RealNodes.Require();
        Assert.SkipUnless(RealNodes.IsOnPath("setpriv"), "to be an ordinary user needs setpriv");
        Assert.Equal(("1025", "ended"), await StartAsync(sizes, "true"));
        Assert.Equal((limit, "runs"), await StartAsync(sizes, $"{AgentProgram.DefaultPath} prepare-chmpx --unit chmpx.service --configuration \"$1\""));
    }

    private async Task<(string Limit, string Outcome)> StartAsync(string sizes, string prepare)
    {
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1ed);
        var text = RealChmpx.Slave("limits", 8031).Replace("MAXMQSERVER = 2\nMAXMQCLIENT = 8\n", sizes, StringComparison.Ordinal);
        var ini = _directory.Put("slave.ini", text);
        File.SetUnixFileMode(ini, (UnixFileMode)0x1a4);
        var result = await Cli.Wrap("unshare").WithArguments([
            "--net", "--mount", "--ipc", "bash", "-euc",
            $"""
            ip link set lo up; ip link add e0 type veth peer name e1; ip addr add 10.9.9.9/24 dev e0; ip link set e0 up; ip link set e1 up
            mkdir -p /var/lib/antpickax /dev/mqueue
            mount -t tmpfs -o mode=1777 none /var/lib/antpickax; mount -t mqueue none /dev/mqueue; chmod 1777 /dev/mqueue; mount -t tmpfs none /run
            echo 1025 > /proc/sys/fs/mqueue/msg_max; echo 1025 > /proc/sys/fs/mqueue/queues_max
            ({prepare}) >&2
            cat /proc/sys/fs/mqueue/msg_max
            setpriv --reuid 65534 --regid 65534 --clear-groups chmpx -conf "$1" -d silent >&2 & p=$!
            for i in $(seq 300); do
                sleep 0.1
                kill -0 $p 2> /dev/null || (echo ended; exit 1) || exit 0
                if [ -n "$( (exec 3<> /dev/tcp/127.0.0.1/8031; echo VERSION >&3; timeout 5 head -c 1 <&3) 2> /dev/null)" ]; then echo runs; break; fi
            done
            kill -9 $p
            """,
            "sh", ini]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(TestContext.Current.CancellationToken);
        var lines = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 2, result.StandardOutput + result.StandardError);
        return (lines[0], lines[1]);
    }
}
