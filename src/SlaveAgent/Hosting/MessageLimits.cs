using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The kernel's limits of message queues. A chmpx that does not run as root ends at its start where one of them is lower than its configuration asks for.</summary>
public static class MessageLimits
{
    private const string Directory = "/proc/sys/fs/mqueue";

    private static readonly string[] Names = ["msg_max", "queues_max"];

    /// <summary>The limits that are lower than what is needed, with what they are.</summary>
    public static IReadOnlyList<(string Name, int Limit)> Lower(HostRoot root, int needed) =>
    [
        .. from name in Names
           let limit = int.TryParse(root.TryRead($"{Directory}/{name}"), CultureInfo.InvariantCulture, out var read) ? read : int.MaxValue
           where limit < needed
           select (name, limit),
    ];

    /// <summary>Raises what is lower, and lowers nothing: other programs may need it.</summary>
    /// <returns>The limits that were raised.</returns>
    /// <exception cref="IOException">One could not be raised, as in a container whose limits are read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be raised.</exception>
    public static IReadOnlyList<string> Raise(HostRoot root, int needed)
    {
        var raised = new List<string>();
        foreach (var (name, _) in Lower(root, needed))
        {
            File.WriteAllText(root.At($"{Directory}/{name}"), needed.ToString(CultureInfo.InvariantCulture));
            raised.Add(name);
        }

        return raised;
    }
}
