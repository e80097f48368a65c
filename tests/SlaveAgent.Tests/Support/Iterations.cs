using System.Globalization;

namespace SlaveAgent.Tests.Support;

/// <summary>
/// How often a property is tried: in full, or the part of it that SLAVE_AGENT_ITERATIONS_PART says (20 is a twentieth), for mutation testing, where the
/// same properties are run for each of a thousand mutants.
/// </summary>
internal static class Iterations
{
    public static bool IsPart => Part > 1;

    private static int Part => int.TryParse(Environment.GetEnvironmentVariable("SLAVE_AGENT_ITERATIONS_PART"), CultureInfo.InvariantCulture, out var part) ? part : 1;

    /// <summary><paramref name="count"/>, or the part of it, but at least 100.</summary>
    public static int Of(int count) => IsPart ? Math.Max(100, count / Part) : count;
}
