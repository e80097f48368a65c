namespace SlaveAgent.Chmpx;

/// <summary>Why the agent connects to an address of no server.</summary>
public enum EndpointRefusal
{
    Unspecified,
    LinkLocal,
    Multicast,
    Broadcast,
}
