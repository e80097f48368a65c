using System.Runtime.InteropServices;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// The POSIX message queues of a ring (mq_overview(7)). A real chmpx that is killed leaves its own, eight for each node, named after its ring; at fs.mqueue.queues_max of them, 1025, no chmpx starts any
/// more on this machine.
/// </summary>
internal static partial class MessageQueueFiles
{
    /// <summary>Deletes those of a ring whose processes have ended. Only root can; without it they stay.</summary>
    /// <param name="scratch">A directory in which the queues are mounted for a moment: there is no other way to list them.</param>
    public static void Delete(string ring, string scratch)
    {
        var place = Path.Combine(scratch, "mqueue");
        Directory.CreateDirectory(place);
        if (Mount("none", place, "mqueue", 0, 0) == 0)
        {
            try
            {
                foreach (var queue in Directory.GetFiles(place, $"{ring}.*"))
                {
                    File.Delete(queue);
                }
            }
            finally
            {
                _ = Unmount(place, 0);
            }
        }
        // Not with what is in it: where the queues are still mounted, they are those of all programs of this machine.
        Directory.Delete(place);
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
