using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>A lock that is held for a short time only was not released in time.</summary>
/// <param name="holder">The process that holds it; null when unknown.</param>
public sealed class LockHeldException(string path, int? holder, TimeSpan timeout)
    : IOException($"{path} has been held by process {holder?.ToString(CultureInfo.InvariantCulture) ?? "?"} for more than {timeout.TotalSeconds:0} s")
{
    public string Path => path;

    public int? Holder => holder;
}
