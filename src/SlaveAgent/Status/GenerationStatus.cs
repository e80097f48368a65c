namespace SlaveAgent.Status;

/// <param name="File">The configuration's path.</param>
/// <param name="Written">The generation in place; null without one.</param>
/// <param name="Loaded">What chmpx has loaded; null while it does not answer.</param>
/// <param name="Connected">The last one that this host was connected with; null when there was none since the agent started.</param>
/// <param name="RestartNeeds">What of it chmpx takes only at its start and has not taken yet.</param>
public sealed record GenerationStatus(string File, int? Written, int? Loaded, int? Connected, IReadOnlyList<string> RestartNeeds);
