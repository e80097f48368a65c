using System.Runtime.InteropServices;
using System.Text;
using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>Standard output for a command that stays: .NET's own says nothing when nobody reads it any more, and such a command would never end.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>Whether somebody can still read what is written: the other end of a pipe is open, the terminal is there. A file always is.</summary>
    public static bool IsOpen
    {
        get
        {
            // An error and a hang-up are told without being asked for.
            var entry = new Posix.PollEntry { Descriptor = Descriptor };
            return Posix.Poll(ref entry, 1, 0) <= 0;
        }
    }

    /// <summary>Writes a text as it is, with what a terminal would interpret.</summary>
    /// <returns>False: nobody reads it any more, or it cannot be written.</returns>
    public static bool TryWrite(string text)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(text);
        while (!left.IsEmpty)
        {
            if (Posix.Write(Descriptor, left, (nuint)left.Length) is var written && written >= 0)
            {
                left = left[(int)written..];
            }
            else if (!IsWorthAnotherTry(Marshal.GetLastPInvokeError()))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A signal came in between, or who shares the terminal or the pipe made it non-blocking and it is full: waits until it is not.</summary>
    private static bool IsWorthAnotherTry(int error)
    {
        var entry = new Posix.PollEntry { Descriptor = Descriptor, Wanted = Posix.Writable };
        return error == Posix.Interrupted || (error == Posix.TryAgain && (Posix.Poll(ref entry, 1, -1) >= 0 || Marshal.GetLastPInvokeError() == Posix.Interrupted));
    }
}
