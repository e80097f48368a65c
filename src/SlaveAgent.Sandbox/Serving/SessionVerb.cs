namespace SlaveAgent.Sandbox.Serving;

/// <summary>What a person can ask of a running sandbox.</summary>
internal enum SessionVerb
{
    Grow,
    Shrink,
    Lose,
    PowerOff,
    Replace,
    Restore,
    Outage,
    Cut,
    Pause,
    Resume,
    Regenerate,
    Status,
    Help,
    Quit,
}
