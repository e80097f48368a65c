namespace SlaveAgent.Sandbox.Systemd;

/// <summary>What <c>systemctl</c> or <c>journalctl</c> was called with.</summary>
internal sealed record SupervisorRequest(string Tool, IReadOnlyList<string> Arguments);
