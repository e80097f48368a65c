using System.Runtime.InteropServices;

namespace SlaveAgent.Files;

/// <summary>glibc's <c>sigset_t</c>: a bit for each signal, from 1 on; those above 64 do not exist.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal readonly record struct SignalSet(ulong Bits)
{
    public static SignalSet Of(int signal) => new(1UL << (signal - 1));
}
