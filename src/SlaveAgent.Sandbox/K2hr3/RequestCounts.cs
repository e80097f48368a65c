namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>Requests so far: in total, those answered with 304, and by kind. Requests are expensive for K2HR3, so tests count them.</summary>
public sealed record RequestCounts(int Total, int NotModified, IReadOnlyDictionary<RequestKind, int> ByKind)
{
    public int this[RequestKind kind] => ByKind.GetValueOrDefault(kind);
}
