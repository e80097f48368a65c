namespace SlaveAgent.Settings;

public enum LogLevel
{
    Debug,
    Information,
    Warning,
    Error,
}
