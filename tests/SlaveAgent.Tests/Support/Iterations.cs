using System.Globalization;

namespace SlaveAgent.Tests.Support;

/// <summary>How often a property is tried.</summary>
internal static class Iterations
{
    /// <summary>
    /// <paramref name="count"/>, or the part of it that SLAVE_AGENT_ITERATIONS_PART says (20 is a twentieth, 100 tries at least), for mutation testing, where
    /// the same properties are run for each of a thousand mutants.
    /// </summary>
    public static int Of(int count) =>
        int.TryParse(Environment.GetEnvironmentVariable("SLAVE_AGENT_ITERATIONS_PART"), CultureInfo.InvariantCulture, out var part) && part > 1
            ? Math.Max(100, count / part)
            : count;
}
