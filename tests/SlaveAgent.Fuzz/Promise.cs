namespace SlaveAgent.Fuzz;

internal static class Promise
{
    /// <exception cref="BrokenPromiseException">It does not hold.</exception>
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(what);
        }
    }
}
