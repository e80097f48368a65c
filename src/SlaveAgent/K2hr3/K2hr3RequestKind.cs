namespace SlaveAgent.K2hr3;

public enum K2hr3RequestKind
{
    Register,
    Unregister,
    Read,
}
