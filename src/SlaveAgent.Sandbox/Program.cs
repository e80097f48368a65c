using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Story;

var root = StoryCommand.Create();
root.Subcommands.Add(ChmpxCommand.Create());
root.Subcommands.Add(ToolCommand.Create());
// HUP, INT and TERM mean something else to each command, so System.CommandLine leaves them alone.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });
