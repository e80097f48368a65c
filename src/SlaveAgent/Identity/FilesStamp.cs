using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <param name="Directory">Changes with each replacement of a file.</param>
/// <param name="Role">This file and the following ones may also be written in place.</param>
public sealed record FilesStamp(FileVersion? Directory, FileVersion? Role, FileVersion? ApiUri, FileVersion? Token);
