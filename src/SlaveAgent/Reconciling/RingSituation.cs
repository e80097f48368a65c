using SlaveAgent.Chmpx;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>All that a judgement of the ring rests on, as values.</summary>
/// <param name="Ini">The configuration in place.</param>
/// <param name="View">What chmpx shows; null while it does not answer.</param>
/// <param name="SinceChange">Since the file last changed.</param>
/// <param name="SinceQuiet">Since chmpx last answered, was restarted, or was first looked for, whichever is latest.</param>
/// <param name="SinceRestart">Since the agent last restarted it.</param>
/// <param name="SinceLacking">Since when without a break some listed server is up and has no connection.</param>
/// <param name="Stamps">New numbers given since the content last changed or all was well.</param>
/// <param name="Restarts">Restarts since all was well.</param>
/// <param name="RestartFor">Why a reload cannot do, such as changed keys; null when it can.</param>
public sealed record RingSituation(
    IniDocument Ini,
    RingView? View,
    TimeSpan SinceChange,
    TimeSpan SinceQuiet,
    TimeSpan SinceRestart,
    TimeSpan SinceLacking,
    int Stamps,
    int Restarts,
    string? RestartFor,
    ChmpxSettings Settings);
