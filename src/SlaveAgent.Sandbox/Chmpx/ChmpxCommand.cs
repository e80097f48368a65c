using System.CommandLine;

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
        var pidFile = new Option<string?>("-pidfile") { Description = "stand-in only: write the process id there" };
        var stopTime = new Option<int>("-stoptime") { Description = "stand-in only: milliseconds that a clean end takes", DefaultValueFactory = _ => 1500 };
        var command = new Command("chmpx", "Stands in for chmpx on a slave node.") { configuration, controlPort, cuk, debug, pidFile, stopTime };
        command.SetAction(async (parse, _) =>
        {
            using var process = new SlaveProcess(new(
                Path.GetFullPath(parse.GetRequiredValue(configuration)), parse.GetValue(controlPort), parse.GetValue(cuk), parse.GetValue(pidFile),
                TimeSpan.FromMilliseconds(parse.GetValue(stopTime))), TextWriter.Synchronized(Console.Out));
            return await process.RunAsync();
        });
        return command;
    }
}
