namespace SlaveAgent.Status;

public enum ConditionStatus
{
    /// <summary>Not observed yet.</summary>
    Unknown,

    True,

    False,
}
