namespace SlaveAgent.Hosting;

/// <summary>Why a host tool has no exit code.</summary>
public enum CommandFailure
{
    NotOnPath,
    NotStarted,

    /// <summary>It was killed after its timeout.</summary>
    TimedOut,
}
