using System.Runtime.InteropServices;

namespace SlaveAgent.Tests.Support;

internal static partial class Owners
{
    /// <summary>Gives a file or directory to another user; root only.</summary>
    public static void Give(string path, uint user) => Assert.Equal(0, ChangeOwner(path, user, user));

    [LibraryImport("libc.so.6", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
