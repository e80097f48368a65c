using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The kernel's limits of message queues. A chmpx that does not run as root ends at its start where one of them is lower than its configuration asks for.</summary>
public static class MessageLimits
{
    private static readonly string[] Names = ["/proc/sys/fs/mqueue/msg_max", "/proc/sys/fs/mqueue/queues_max"];

    /// <summary>Raises what is lower, and lowers nothing: other programs may need it.</summary>
    /// <returns>The limits that were raised.</returns>
    /// <exception cref="IOException">One could not be raised, as in a container whose limits are read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be raised.</exception>
    public static IReadOnlyList<string> Raise(HostRoot root, int needed)
    {
        var raised = new List<string>();
        foreach (var name in Names)
        {
            if (int.TryParse(root.TryRead(name), CultureInfo.InvariantCulture, out var limit) && limit < needed)
            {
                File.WriteAllText(root.At(name), needed.ToString(CultureInfo.InvariantCulture));
                raised.Add(Path.GetFileName(name));
            }
        }

        return raised;
    }
}
