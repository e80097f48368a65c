namespace SlaveAgent.Reconciling;

/// <summary>Is told how each run of a controller ended.</summary>
public interface IOutcomeListener
{
    /// <param name="again">When the controller runs next.</param>
    void Report(IController controller, Outcome outcome, TimeSpan again);
}
