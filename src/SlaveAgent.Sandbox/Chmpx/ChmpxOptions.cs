namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>The stand-in's command line: chmpx's own options, a pid file, and how long a clean end takes (chmpx.md: about 1.5 s).</summary>
internal sealed record ChmpxOptions(string ConfigurationFile, int? ControlPort, string? Cuk, string? PidFile, TimeSpan StopTime);
