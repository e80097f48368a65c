using System.Text.Json.Serialization;

namespace SlaveAgent.Status;

/// <summary>A hook that did not do what it is for.</summary>
/// <param name="Reason">A stable code: <see cref="Exit"/> and so on.</param>
/// <param name="Message">For people.</param>
public sealed record HookFailure(string Name, string Reason, string Message)
{
    /// <summary>It ended with a failure.</summary>
    public const string Exit = nameof(Exit);

    /// <summary>It could not be executed.</summary>
    public const string NotStarted = nameof(NotStarted);

    /// <summary>It did not end within the time limit of all hooks, or their unit was stopped.</summary>
    public const string TimedOut = nameof(TimedOut);

    /// <summary>One before it took all of the time.</summary>
    public const string NotRun = nameof(NotRun);

    /// <summary>Others than root could have written it.</summary>
    public const string Refused = nameof(Refused);

    /// <summary>The end of the unit is what ended it, or came before it.</summary>
    [JsonIgnore]
    public bool IsOfStop => Reason is TimedOut or NotRun;

    public override string ToString() => $"{Name} {Message}";
}
