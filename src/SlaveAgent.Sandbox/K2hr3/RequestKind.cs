namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>What a request is about; requests are counted by it.</summary>
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
