namespace SlaveAgent.Chmpx;

/// <summary>
/// What chmpx has loaded of one node. It keeps these of a node that it already knows when it reloads its file, so a difference from the file tells that
/// chmpx has to be restarted (chmpx 1.0.113, lib/chmstructure.tcc, the match of known servers).
/// </summary>
/// <param name="Port">Of a server; -1 for a slave.</param>
/// <param name="AuthorityPath">CAPATH; empty when there is none, as for the four files.</param>
public sealed record LoadedNode(
    int Port,
    bool IsTls,
    bool VerifiesPeer,
    string AuthorityPath,
    string ServerCertificate,
    string ServerKey,
    string SlaveCertificate,
    string SlaveKey);
