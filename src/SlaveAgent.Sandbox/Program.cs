using SlaveAgent.Sandbox;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Scenario;

var root = ScenarioCommand.Create();
root.Subcommands.Add(ChmpxCommand.Create());
root.Subcommands.Add(ToolCommand.Create());
root.Subcommands.Add(GuardCommand.Create());
// Each command handles HUP, INT and TERM itself, so System.CommandLine must not.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });
