using System.Buffers.Binary;

namespace SlaveAgent.Files;

/// <summary>A file's access control list, as the kernel shows it in an extended attribute (acl(5)). Pure.</summary>
public sealed class AccessList
{
    /// <summary>The attribute that holds it.</summary>
    public const string Attribute = "system.posix_acl_access";

    private const uint Version = 2;
    private const uint NoId = uint.MaxValue;
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const ushort ReadBit = 4;

    private readonly SortedDictionary<(Tag Tag, uint Id), ushort> _entries;

    private AccessList(SortedDictionary<(Tag, uint), ushort> entries) => _entries = entries;

    private enum Tag : ushort
    {
        Owner = 0x01,
        User = 0x02,
        OwningGroup = 0x04,
        Group = 0x08,
        Mask = 0x10,
        Other = 0x20,
    }

    /// <summary>The list that says no more than a mode.</summary>
    public static AccessList Of(UnixFileMode mode) => new AccessList([]).With(mode);

    /// <summary>Reads the attribute's value; null where it is none.</summary>
    public static AccessList? TryRead(ReadOnlySpan<byte> value)
    {
        if (value.Length < HeaderSize || (value.Length - HeaderSize) % EntrySize != 0 || BinaryPrimitives.ReadUInt32LittleEndian(value) != Version)
        {
            return null;
        }

        var entries = new SortedDictionary<(Tag, uint), ushort>();
        for (var rest = value[HeaderSize..]; rest.Length > 0; rest = rest[EntrySize..])
        {
            var key = ((Tag)BinaryPrimitives.ReadUInt16LittleEndian(rest), BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]));
            entries[key] = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
        }

        return new AccessList(entries);
    }

    /// <summary>What it says of owner, owning group and others: in the file's own mode the mask stands in the group's place.</summary>
    public UnixFileMode Mode => (UnixFileMode)((Of(Tag.Owner) << 6) | (Of(Tag.OwningGroup) << 3) | Of(Tag.Other));

    /// <summary>It names users or groups, or masks them.</summary>
    public bool SaysMoreThanMode => _entries.Keys.Any(key => key.Tag is Tag.User or Tag.Group or Tag.Mask);

    /// <summary>With another mode for owner, owning group and others; who is named stays.</summary>
    public AccessList With(UnixFileMode mode)
    {
        var bits = (int)mode;
        return With([(Tag.Owner, NoId, (ushort)((bits >> 6) & 7)), (Tag.OwningGroup, NoId, (ushort)((bits >> 3) & 7)), (Tag.Other, NoId, (ushort)(bits & 7))]);
    }

    /// <summary>With these being able to read, besides who is.</summary>
    public AccessList With(FileReaders readers)
    {
        if (CanRead(readers))
        {
            return this;
        }

        var named = Named(readers).Select(key => (key.Tag, key.Id, (ushort)(Of(key.Tag, key.Id) | ReadBit)));
        var mask = (ushort)((_entries.TryGetValue((Tag.Mask, NoId), out var known) ? known : Of(Tag.OwningGroup)) | ReadBit);
        return With([.. named, (Tag.Mask, NoId, mask)]);
    }

    /// <summary>Whether they can read by being named, or because everybody can.</summary>
    public bool CanRead(FileReaders readers) => (Of(Tag.Other) & ReadBit) != 0
        || Named(readers).All(key => (Of(key.Tag, key.Id) & Of(Tag.Mask) & ReadBit) != 0);

    public byte[] ToBytes()
    {
        var value = new byte[HeaderSize + (_entries.Count * EntrySize)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Version);
        var rest = value.AsSpan(HeaderSize);
        foreach (var ((tag, id), permissions) in _entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], id);
            rest = rest[EntrySize..];
        }

        return value;
    }

    private static IEnumerable<(Tag Tag, uint Id)> Named(FileReaders readers)
    {
        if (readers.User is { } user)
        {
            yield return (Tag.User, user);
        }

        if (readers.Group is { } group)
        {
            yield return (Tag.Group, group);
        }
    }

    private AccessList With(IEnumerable<(Tag Tag, uint Id, ushort Permissions)> changes)
    {
        var entries = new SortedDictionary<(Tag, uint), ushort>(_entries);
        foreach (var (tag, id, permissions) in changes)
        {
            entries[(tag, id)] = permissions;
        }

        return new AccessList(entries);
    }

    private ushort Of(Tag tag, uint id = NoId) => _entries.GetValueOrDefault((tag, id));
}
