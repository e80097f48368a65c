using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>The files of the identity as they were observed; compared as a value.</summary>
/// <param name="Files">Of the nine files.</param>
public sealed record IdentityStamp(FileVersion? Accepted, FileVersion? Handed, FileVersion? Options, FilesStamp Files);

/// <param name="Directory">Changes with each replacement of a file.</param>
/// <param name="Role">This file and the following ones may also be written in place.</param>
public sealed record FilesStamp(FileVersion? Directory, FileVersion? Role, FileVersion? ApiUri, FileVersion? Token);
