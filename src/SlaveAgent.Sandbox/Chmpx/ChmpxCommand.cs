using System.CommandLine;
using System.Globalization;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary><c>slave-agent-sandbox chmpx -conf FILE</c>, with chmpx's own option names.</summary>
internal static class ChmpxCommand
{
    public static Command Create()
    {
        var configuration = new Option<string>("-conf") { Required = true };
        var controlPort = new Option<int?>("-ctlport");
        var cuk = new Option<string?>("-cuk");
        var debug = new Option<string?>("-d");
        var pidFile = new Option<string?>("-pidfile") { Description = "stand-in only: file for the process ID" };
        var stopTime = new Option<int>("-stoptime") { Description = "stand-in only: milliseconds that a clean shutdown takes", DefaultValueFactory = _ => 1500 };
        var noticeTime = new Option<int>("-noticetime") { Description = "stand-in only: milliseconds before a file change is noticed", DefaultValueFactory = _ => 50 };
        var clock = new Option<int?>("-clock") { Description = "stand-in only: seconds by which the clock is ahead (default: from var/lib/sandbox/clock-ahead in the working directory)" };
        var traffic = new Option<int?>("-traffic") { Description = "stand-in only: milliseconds from one message of the programs' to each server to the next (default: from var/lib/sandbox/traffic in the working directory)" };
        var state = new Option<string?>("-statedir") { Description = "stand-in only: directory of the shared memory file (default: var/lib/antpickax in the working directory)" };
        var hosts = new Option<string?>("-hosts") { Description = "stand-in only: this host's names, comma-separated" };
        var messages = new Option<int?>("-msgmax") { Description = "stand-in only: fs.mqueue.msg_max as it limits an unprivileged user" };
        var command = new Command("chmpx", "Stands in for chmpx on a slave node.")
        {
            configuration, controlPort, cuk, debug, pidFile, stopTime, noticeTime, clock, traffic, state, hosts, messages,
        };
        command.SetAction(async (parse, _) =>
        {
            var options = new ChmpxOptions(Path.GetFullPath(parse.GetRequiredValue(configuration)))
            {
                ControlPort = parse.GetValue(controlPort),
                Cuk = parse.GetValue(cuk),
                PidFile = parse.GetValue(pidFile),
                StopTime = TimeSpan.FromMilliseconds(parse.GetValue(stopTime)),
                NoticeTime = TimeSpan.FromMilliseconds(parse.GetValue(noticeTime)),
                ClockAhead = TimeSpan.FromSeconds(parse.GetValue(clock) ?? OfHost("clock-ahead") ?? 0),
                Traffic = (parse.GetValue(traffic) ?? OfHost("traffic")) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
                HostNames = parse.GetValue(hosts)?.Split(','),
                MessageLimit = parse.GetValue(messages),
            };
            options = parse.GetValue(state) is { } directory ? options with { StateDirectory = Path.GetFullPath(directory) } : options;
            using var process = new SlaveProcess(options, TextWriter.Synchronized(Console.Out));
            return await process.RunAsync();
        });
        return command;
    }

    private static int? OfHost(string setting)
    {
        var file = Path.Combine(Environment.CurrentDirectory, "var/lib/sandbox", setting);
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
    }
}
