using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Support;

/// <summary>What goes wrong with calls of <see cref="FakeSystemd"/>.</summary>
/// <param name="Answer">What the tool says in place of doing it.</param>
/// <param name="Gate">What it waits for first; null: nothing.</param>
internal sealed record FakeTrouble(CommandResult? Answer, Task? Gate = null)
{
    /// <summary>The tool says that it failed, and did nothing.</summary>
    public static FakeTrouble Fails { get; } = new(new CommandResult(1, "Connection timed out\n"));

    /// <summary>The tool says that it is done, and did nothing.</summary>
    public static FakeTrouble HasNoEffect { get; } = new(new CommandResult(0, string.Empty));

    /// <summary>The tool was ended at its deadline, or killed, and did nothing.</summary>
    public static FakeTrouble IsKilled { get; } = new(new CommandResult(null, string.Empty));

    /// <summary>One of those above, for a test's parameters.</summary>
    public static FakeTrouble Named(string name) => name switch
    {
        nameof(Fails) => Fails,
        nameof(HasNoEffect) => HasNoEffect,
        nameof(IsKilled) => IsKilled,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>The tool does what it is to do once this has come about.</summary>
    public static FakeTrouble HangsUntil(Task gate) => new(null, gate);
}
