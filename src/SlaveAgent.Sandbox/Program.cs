using SlaveAgent.Sandbox;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Scenario;

// A test starts hundreds of tools: their way is the short one.
if (args is [ToolCommand.Name, var directory, var tool, .. var arguments])
{
    return await ToolCommand.RunAsync(directory, tool, arguments);
}

var root = ScenarioCommand.Create();
root.Subcommands.Add(ChmpxCommand.Create());
root.Subcommands.Add(GuardCommand.Create());
// Each command handles HUP, INT and TERM itself, so System.CommandLine must not.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });
