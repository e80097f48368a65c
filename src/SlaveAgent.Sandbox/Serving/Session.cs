using System.Globalization;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox.Serving;

/// <summary>A world that keeps running and does what is asked of it, from the terminal or the page: one change at a time.</summary>
/// <param name="ending">The sandbox ends.</param>
internal sealed class Session(DbaasWorld world, Reporter reporter, SlaveScenario scenario, Feed feed, CancellationToken ending) : IAsyncDisposable
{
    private const string FirstBoot = "the slave's first boot";

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(ending);
    private readonly List<Task> _running = [];
    private readonly TaskCompletionSource _quitting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionCommand? _changing;
    private volatile bool _hasBooted;
    private CancellationTokenSource? _outage;

    /// <summary>Completes when a person asks for the end.</summary>
    public Task Quitting => _quitting.Task;

    /// <summary>Creates the cluster and boots the slave.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        reporter.Begin(FirstBoot);
        await scenario.BeginAsync(cancellationToken);
        _hasBooted = true;
        reporter.Begin(null);
    }

    /// <summary>Begins what a line asks for, unless it asks for what cannot be done.</summary>
    public SessionReply Start(string line)
    {
        try
        {
            return SessionCommand.Parse(line) is { } command ? Start(command) : new(null, Task.CompletedTask);
        }
        catch (FormatException problem)
        {
            return Refused(problem.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }
        await Task.WhenAll(running);
        _outage?.Dispose();
        _stopping.Dispose();
    }

    private static SessionReply Refused(string reason) => new(reason, Task.CompletedTask);

    private SessionReply Start(SessionCommand command)
    {
        if (Problem(command) is { } problem)
        {
            return Refused(problem);
        }
        switch (command.Verb)
        {
            case SessionVerb.Help:
                reporter.WriteLine(SessionCommand.Help);
                return new(null, Task.CompletedTask);
            case SessionVerb.Quit:
                _quitting.TrySetResult();
                return new(null, Task.CompletedTask);
        }
        var isChange = !command.IsQuestion && command.Verb is not (SessionVerb.Outage or SessionVerb.Pause) && Occupy(command);
        // An outage may begin and end, and the agent be paused and go on, whatever else is under way.
        if (!isChange && !command.IsQuestion && command.Verb is not (SessionVerb.Outage or SessionVerb.Pause or SessionVerb.Resume))
        {
            return Refused($"Wait for the end of {_changing?.Line}, which is under way.");
        }
        if (!command.IsQuestion)
        {
            feed.Add(EntryKind.Command, command.Line);
        }
        var run = RunAsync(command, isChange);
        lock (_gate)
        {
            _running.RemoveAll(task => task.IsCompleted);
            _running.Add(run);
        }
        return new(null, run, isChange);
    }

    private bool Occupy(SessionCommand command)
    {
        lock (_gate)
        {
            if (_changing is not null)
            {
                return false;
            }
            _changing = command;
        }
        reporter.Begin(command.Line);
        return true;
    }

    private void Free()
    {
        lock (_gate)
        {
            _changing = null;
        }
        reporter.Begin(null);
    }

    /// <summary>Why the command makes no sense now; null: it does.</summary>
    private string? Problem(SessionCommand command)
    {
        var size = world.Cluster.Servers.Count;
        var most = scenario.MostServers - Listed;
        var isPaused = world.ReadStatus() is { IsPaused: true };
        return command.Verb switch
        {
            SessionVerb.Help or SessionVerb.Status => null,
            _ when !_hasBooted => $"Wait for the end of {FirstBoot}, which is under way.",
            SessionVerb.Outage or SessionVerb.Pause when _changing is { Verb: SessionVerb.Cut } => "The slave's network is cut, and K2HR3 with it; wait for the end of that.",
            SessionVerb.Outage when command.Length == TimeSpan.Zero && world.Service.Outage.Mode == OutageMode.Healthy => "K2HR3 is not failing.",
            SessionVerb.Grow when command.Count > most => string.Create(CultureInfo.InvariantCulture,
                $"The cluster has {Listed} of at most {scenario.MostServers} servers, so that it can grow by {(most > 0 ? $"1 to {most}" : "none")}."),
            SessionVerb.Shrink when command.Count >= size => string.Create(CultureInfo.InvariantCulture,
                $"{size} of the servers run and one has to stay, so that the cluster can shrink by {(size > 1 ? $"1 to {size - 1}" : "none")}."),
            SessionVerb.Lose or SessionVerb.PowerOff when size < 2 => "Only one server runs, and it has to stay; 'grow' adds others.",
            SessionVerb.Replace when Listed == size => "No server has failed; 'lose' or 'power-off' have one fail.",
            SessionVerb.PowerOff or SessionVerb.Cut when !scenario.CanLoseConnections => "That can be done to the stand-ins only, not to real servers.",
            SessionVerb.Cut when world.Service.Outage.Mode != OutageMode.Healthy => "K2HR3 is failing; 'outage 0' ends that first.",
            SessionVerb.Cut when isPaused => "The agent is paused, so that it would not connect the slave again; 'resume' comes first.",
            SessionVerb.Resume when !isPaused => "The agent is not paused.",
            _ => null,
        };
    }

    private int Listed => world.Service.Hosts(world.Names.ServerRole).Count;

    private async Task RunAsync(SessionCommand command, bool isChange)
    {
        try
        {
            await Task.Yield();
            await DoAsync(command, isChange, _stopping.Token);
        }
        catch (ScenarioFailure)
        {
            // Reported as the step's end.
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The sandbox ends.
        }
        catch (Exception failure)
        {
            // Whatever it is: the next command may go well.
            reporter.Note(EntryKind.Problem, $"{command.Line}: {failure.Message}");
        }
        finally
        {
            if (isChange)
            {
                Free();
            }
        }
    }

    private Task DoAsync(SessionCommand command, bool isChange, CancellationToken cancellationToken)
    {
        var size = world.Cluster.Servers.Count;
        return command.Verb switch
        {
            SessionVerb.Grow => WithK2hr3Async($"the cluster grows to {size + command.Count}", step => scenario.GrowAsync(step, size + command.Count, cancellationToken)),
            SessionVerb.Shrink => WithK2hr3Async($"the cluster shrinks to {size - command.Count}", step => scenario.ShrinkAsync(step, size - command.Count, cancellationToken)),
            SessionVerb.Lose => reporter.StepAsync("a server fails", step => scenario.LoseAsync(step, cancellationToken)),
            SessionVerb.PowerOff => reporter.StepAsync("a server loses power", step => scenario.PowerOffAsync(step, cancellationToken)),
            SessionVerb.Replace => WithK2hr3Async("failed servers are replaced", step => scenario.ReplaceAsync(step, cancellationToken)),
            SessionVerb.Restore => WithK2hr3Async("restore from backup: all servers are new", step => scenario.RestoreAsync(step, cancellationToken)),
            SessionVerb.Cut => reporter.StepAsync("the slave's network is cut", step => scenario.CutNetworkAsync(step, command.Length, cancellationToken)),
            SessionVerb.Pause => reporter.StepAsync("the agent is paused", _ => scenario.PauseAsync(cancellationToken)),
            SessionVerb.Resume => reporter.StepAsync("the agent goes on", step => scenario.ResumeAsync(step, isChange, cancellationToken)),
            SessionVerb.Regenerate => reporter.StepAsync("the agent writes its configuration", step => scenario.RegenerateAsync(step, cancellationToken)),
            SessionVerb.Outage => OutageAsync(command, cancellationToken),
            SessionVerb.Status => StatusAsync(cancellationToken),
            _ => Task.CompletedTask,
        };
    }

    /// <summary>A step in which servers register, or K2HR3 takes them off its list.</summary>
    private Task WithK2hr3Async(string title, Func<ScenarioStep, Task<string>> run) => reporter.StepAsync(title, step =>
    {
        if (!world.Service.Outage.Answers)
        {
            reporter.Progress("waiting for K2HR3, which is failing");
        }
        return run(step);
    });

    private async Task OutageAsync(SessionCommand command, CancellationToken cancellationToken)
    {
        if (_outage is { } earlier)
        {
            await earlier.CancelAsync();
            earlier.Dispose();
            _outage = null;
        }
        if (command.Length == TimeSpan.Zero)
        {
            await EndOutageAsync(cancellationToken);
            return;
        }
        await world.Service.SetOutageAsync(command.Outage, cancellationToken);
        reporter.Note(EntryKind.Change, string.Create(CultureInfo.InvariantCulture, $"K2HR3 {command.Outage.InWords}, for {command.Length.TotalSeconds:0.#} s"));
        _outage = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var end = EndOutageAfterAsync(command.Length, _outage.Token);
        lock (_gate)
        {
            _running.Add(end);
        }
    }

    private async Task EndOutageAfterAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(length, cancellationToken);
            await EndOutageAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Another command took its place, or the sandbox ends.
        }
    }

    private async Task EndOutageAsync(CancellationToken cancellationToken)
    {
        if (world.Service.Outage.Mode == OutageMode.Healthy)
        {
            return;
        }
        await world.Service.SetOutageAsync(Outage.None, cancellationToken);
        reporter.Note(EntryKind.Change, "K2HR3 answers again");
    }

    private async Task StatusAsync(CancellationToken cancellationToken)
    {
        reporter.WriteLine((await world.Agent.RunAsync(["status"], null, cancellationToken)).Output.TrimEnd());
        reporter.WriteLine($"  sandbox: K2HR3 {world.Service.Outage.InWords}; {world.Service.Counts.Total} requests so far");
    }
}
