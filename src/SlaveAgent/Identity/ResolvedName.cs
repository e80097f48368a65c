using System.Net;

namespace SlaveAgent.Identity;

/// <summary>The result of resolving a name.</summary>
/// <param name="Names">The names found by reverse lookup of its addresses.</param>
/// <param name="IsKnown">False when the resolver did not answer: the name may resolve later.</param>
public sealed record ResolvedName(IReadOnlyCollection<IPAddress> Addresses, IReadOnlyCollection<string> Names, bool IsKnown = true);
