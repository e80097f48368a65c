namespace SlaveAgent.Status;

/// <summary>One value of a metric.</summary>
/// <param name="Labels">That tell it from the metric's other values.</param>
internal sealed record MetricSample(double Value, params (string Name, string Value)[] Labels)
{
    /// <returns>The one value of a metric without labels; none where it is not known.</returns>
    public static IReadOnlyList<MetricSample> Known(double? value) => value is { } known ? [new MetricSample(known)] : [];

    /// <returns>One sample for each possible value of a label: 1 for the one that is so, 0 for the others.</returns>
    public static IEnumerable<MetricSample> OneOf(IEnumerable<string> all, string? one, string label) => all.Select(value => new MetricSample(value == one ? 1 : 0, (label, value)));
}
