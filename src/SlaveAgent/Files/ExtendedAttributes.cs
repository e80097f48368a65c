using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SlaveAgent.Files;

/// <summary>A file's extended attributes: its access control list, labels of SELinux, and what people attach to it (xattr(7)). No link is followed.</summary>
internal static class ExtendedAttributes
{
    private const int MaxSize = 65536;
    private const int NoSuchAttribute = 61;
    private const int NotSupported = 95;

    private static readonly string[] Kept = ["user.", "security.selinux", "security.SMACK64"];

    /// <summary>Null where the file has none, or the file system knows none.</summary>
    public static AccessList? AccessListOf(string path) => Read(path, AccessList.Attribute) is { } value ? AccessList.TryRead(value) : null;

    /// <exception cref="FileBlockedException">The file system has no access control lists.</exception>
    /// <exception cref="IOException">It could not be set.</exception>
    public static void SetAccessList(string path, AccessList list)
    {
        var value = list.ToBytes();
        if (Posix.SetAttribute(path, AccessList.Attribute, value, (nuint)value.Length, 0) == 0)
        {
            return;
        }

        throw Marshal.GetLastPInvokeError() == NotSupported
            ? new FileBlockedException(FileBlock.NoAccessLists, $"{path} cannot have an access control list: its file system has none")
            : new IOException($"{path} cannot be given its access control list ({Marshal.GetLastPInvokeErrorMessage()})");
    }

    /// <summary>
    /// Gives a file what people attached to another, and its label of SELinux or Smack; a label that this process may not set is the policy's to set.
    /// Others belong to the content or to the file system.
    /// </summary>
    public static void Copy(string from, SafeFileHandle to)
    {
        foreach (var name in Names(from).Where(name => Kept.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))))
        {
            if (Read(from, name) is { } value)
            {
                _ = Posix.SetAttribute(to, name, value, (nuint)value.Length, 0);
            }
        }
    }

    private static string[] Names(string path)
    {
        var names = ArrayPool<byte>.Shared.Rent(MaxSize);
        try
        {
            var size = Posix.ListAttributes(path, names, MaxSize);
            return size <= 0 ? [] : Encoding.UTF8.GetString(names.AsSpan(0, (int)size)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(names);
        }
    }

    private static byte[]? Read(string path, string name)
    {
        var value = ArrayPool<byte>.Shared.Rent(MaxSize);
        try
        {
            var size = Posix.GetAttribute(path, name, value, MaxSize);
            return size >= 0 ? value[..(int)size]
                : Marshal.GetLastPInvokeError() is NoSuchAttribute or NotSupported || name != AccessList.Attribute ? null
                : throw new IOException($"{path} does not show its access control list ({Marshal.GetLastPInvokeErrorMessage()})");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(value);
        }
    }
}
