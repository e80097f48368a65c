using System.CommandLine;
using SlaveAgent.Benchmarks.Fleet;
using SlaveAgent.Benchmarks.Micro;
using SlaveAgent.Benchmarks.Processes;

var root = new RootCommand("Measures the agent: its pure parts, its process from outside, and a fleet of it against one K2HR3")
{
    MicroCommand.Create(),
    ProcessCommand.Create(),
    FleetCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
