namespace SlaveAgent.Hosting;

/// <summary>How a unit's main process last ended.</summary>
/// <param name="IsSignal">By a signal, whose number <paramref name="Status"/> is then; else it is the exit status.</param>
public readonly record struct MainExit(bool IsSignal, int Status)
{
    /// <summary>For a message; systemd's own numbers from 200 on tell that the program could not be executed at all.</summary>
    public override string ToString() => IsSignal ? $"killed by signal {Status}" : $"exit status {Status}";
}
