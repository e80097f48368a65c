namespace SlaveAgent.Chmpx;

/// <summary>What chmpx will find on this host under the paths a configuration names.</summary>
public sealed record HostFiles(Func<string, bool> IsFile, Func<string, bool> IsDirectory);
