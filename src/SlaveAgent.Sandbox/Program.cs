using System.CommandLine;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.HostTools;

var root = new RootCommand("A whole K2HDKC DBaaS on one machine.") { ChmpxCommand.Create(), ToolCommand.Create() };
// HUP, INT and TERM mean something else to each command, so System.CommandLine leaves them alone.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });
