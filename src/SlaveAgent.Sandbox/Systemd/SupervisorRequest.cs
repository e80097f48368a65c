using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Sandbox.Systemd;

/// <summary>What <c>systemctl</c> or <c>journalctl</c> was called with.</summary>
internal sealed record SupervisorRequest(string Tool, IReadOnlyList<string> Arguments)
{
    public string Line => Fields.Join([Tool, .. Arguments]);

    public static SupervisorRequest Read(string line) => Fields.Split(line) is [var tool, .. var arguments] ? new(tool, arguments) : throw new FormatException($"no request: {line}");
}
