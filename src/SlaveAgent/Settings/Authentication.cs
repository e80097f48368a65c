namespace SlaveAgent.Settings;

/// <summary>How the agent authenticates to K2HR3.</summary>
public enum Authentication
{
    /// <summary>By the role token, from any address.</summary>
    Token,

    /// <summary>By the host's address, which must already be registered in the role (<c>role=</c> and <c>cuk=</c>: K2hr3/README.md, "Authentication").</summary>
    Address,
}
