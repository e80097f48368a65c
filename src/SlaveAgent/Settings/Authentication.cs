namespace SlaveAgent.Settings;

/// <summary>How the agent shows K2HR3 who it is.</summary>
public enum Authentication
{
    /// <summary>By the role token, from any address.</summary>
    Token,

    /// <summary>By the host's address, which must already be registered in the role (k2hr3-api.md: <c>role=</c> and <c>cuk=</c>).</summary>
    Address,
}
