namespace SlaveAgent.Tests.Support;

/// <summary>Tests that measure this process: no other test runs beside them, so that what they see is their own.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
