using System.Text;
using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>Standard output for a command that stays: .NET's own says nothing when nobody reads it any more, and such a command would never end.</summary>
internal static class StandardOutput
{
    /// <summary>Writes a text as it is, with what a terminal would interpret.</summary>
    /// <returns>False: nobody reads it any more, or it cannot be written.</returns>
    public static bool TryWrite(string text)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(text);
        while (!left.IsEmpty)
        {
            if (Posix.Write(1, left, (nuint)left.Length) is var written && written <= 0)
            {
                return false;
            }

            left = left[(int)written..];
        }

        return true;
    }
}
