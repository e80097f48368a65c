namespace SlaveAgent.Hosting;

/// <summary>How a unit's main process last exited.</summary>
/// <param name="IsSignal">By a signal, whose number is <paramref name="Status"/>; otherwise that is the exit status.</param>
public readonly record struct MainExit(bool IsSignal, int Status)
{
    /// <summary>For a message; systemd's own exit statuses from 200 mean that the program could not be executed at all.</summary>
    public override string ToString() => IsSignal ? $"killed by signal {Status}" : $"exit status {Status}";
}
