using System.Runtime.InteropServices;

namespace SlaveAgent.Tests.Support;

/// <summary>Does something with files as another user, who has no capabilities, on a thread of its own.</summary>
internal static partial class OtherUser
{
    public const uint Nobody = 65_534;

    public static T Run<T>(Func<T> action)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        T? result = default;
        var thread = new Thread(() =>
        {
            // Both are the thread's own, and the kernel drops what CAP_DAC_OVERRIDE allows with the first.
            _ = SetGroup(Nobody);
            _ = SetUser(Nobody);
            result = action();
        });
        thread.Start();
        thread.Join();
        return result!;
    }

    [LibraryImport("libc.so.6", EntryPoint = "setfsuid")]
    private static partial int SetUser(uint user);

    [LibraryImport("libc.so.6", EntryPoint = "setfsgid")]
    private static partial int SetGroup(uint group);
}
