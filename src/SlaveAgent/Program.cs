using SlaveAgent.Commands;

return await CommandLine.RunAsync(args);
