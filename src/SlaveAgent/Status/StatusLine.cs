namespace SlaveAgent.Status;

/// <param name="Indent">Of its continuation, where it is longer than a terminal is wide.</param>
internal sealed record StatusLine(string Text, StatusTone Tone = StatusTone.Plain, int Indent = 4);
