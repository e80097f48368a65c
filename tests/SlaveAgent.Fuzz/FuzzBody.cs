namespace SlaveAgent.Fuzz;

public delegate void FuzzBody(ReadOnlySpan<byte> input);
