namespace SlaveAgent.Status;

/// <summary>What a line is to be seen as, where colours are.</summary>
internal enum StatusTone
{
    Plain,
    Good,
    Warning,
    Bad,
}
