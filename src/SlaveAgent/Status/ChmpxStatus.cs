namespace SlaveAgent.Status;

/// <summary>chmpx's unit as systemd last showed it.</summary>
/// <param name="State">As of ActiveState, in lower case.</param>
/// <param name="Exit">How its last main process ended; null while none has.</param>
/// <param name="Restarts">By systemd itself.</param>
/// <param name="LastLines">Its last lines in the journal, while chmpx does not answer; null otherwise.</param>
public sealed record ChmpxStatus(string Unit, string State, string? Exit, int Restarts, string? LastLines);
