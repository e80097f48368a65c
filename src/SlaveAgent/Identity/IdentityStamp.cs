using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>The files of the identity as they were observed; compared as a value.</summary>
/// <param name="Files">Of the nine files.</param>
public sealed record IdentityStamp(FileVersion? Accepted, FileVersion? Handed, FileVersion? Options, FilesStamp Files);
