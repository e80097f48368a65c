namespace SlaveAgent.Benchmarks.Reporting;

/// <summary>A series of measurements in ascending order.</summary>
internal sealed record Percentiles(IReadOnlyList<double> Sorted)
{
    public static Percentiles Of(IEnumerable<double> values) => new([.. values.Order()]);

    public double Median => At(0.5);

    public double P99 => At(0.99);

    public double Most => At(1);

    /// <summary>The smallest value that this share of all does not exceed.</summary>
    public double At(double share) => Sorted.Count == 0 ? double.NaN : Sorted[Math.Clamp((int)Math.Ceiling(share * Sorted.Count) - 1, 0, Sorted.Count - 1)];

    /// <summary>For a plot: which share was done after how long.</summary>
    public IEnumerable<(double X, double Y)> Distribution() => Sorted.Select((value, index) => (value, 100.0 * (index + 1) / Sorted.Count));
}
