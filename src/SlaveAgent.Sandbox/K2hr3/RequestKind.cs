namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>The kind of a request, by which requests are counted.</summary>
public enum RequestKind
{
    Other,
    Resource,
    Keys,
    Register,
    Unregister,
    Role,
    Token,
    UserData,
    ExtData,
    Admin,
    Repository,
}
