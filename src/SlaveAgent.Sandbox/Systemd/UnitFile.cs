namespace SlaveAgent.Sandbox.Systemd;

/// <summary>The parts of a unit file that the supervisor uses.</summary>
internal sealed record UnitFile(string Description, string[] ExecStart, string KillSignal, bool Restarts, bool IsOneshot, string? EnvironmentFile)
{
    public static UnitFile Read(string path)
    {
        var keys = File.ReadAllLines(path)
            .Where(line => line.Contains('=', StringComparison.Ordinal))
            .GroupBy(line => line[..line.IndexOf('=', StringComparison.Ordinal)].Trim(), line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim())
            .ToDictionary(key => key.Key, key => key.Last());
        return new(
            keys.GetValueOrDefault("Description", ""),
            keys.GetValueOrDefault("ExecStart", "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            keys.GetValueOrDefault("KillSignal", "SIGTERM"),
            keys.GetValueOrDefault("Restart") == "always",
            keys.GetValueOrDefault("Type") == "oneshot",
            keys.GetValueOrDefault("EnvironmentFile"));
    }
}
