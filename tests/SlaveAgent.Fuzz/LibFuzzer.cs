using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace SlaveAgent.Fuzz;

/// <summary>
/// LLVM's libFuzzer as a library in this process (LLVMFuzzerRunDriver), led by the counters that SharpFuzz writes into the agent's code.
/// Nothing is forked or piped for an execution, which is what makes ten million of them a matter of minutes.
/// </summary>
internal static unsafe partial class LibFuzzer
{
    private static FuzzTarget? _target;

    /// <summary>Gives SharpFuzz's counters their place; instrumented code cannot run before.</summary>
    public static void Attach() => Trace.SharedMem = Counters();

    /// <param name="arguments">libFuzzer's, such as <c>-runs=1000</c> and directories of inputs.</param>
    public static int Run(FuzzTarget target, IReadOnlyList<string> arguments)
    {
        _target = target;
        string[] all = [target.Name, .. arguments];
        var texts = (byte**)NativeMemory.AllocZeroed((nuint)all.Length + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < all.Length; i++)
        {
            texts[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        }

        var count = all.Length;
        return RunDriver(&count, &texts, &TestOne);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int TestOne(byte* data, nuint size)
    {
        Trace.PrevLocation = 0;
        try
        {
            _target!.Try(new ReadOnlySpan<byte>(data, (int)size));
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"{_target!.Name}: {e}\ninput: {Convert.ToBase64String(new ReadOnlySpan<byte>(data, (int)size))}");
            // libFuzzer's handler at the exit keeps the input as crash-*.
            Exit(77);
        }

        return 0;
    }

    [LibraryImport("agentfuzzer", EntryPoint = "LLVMFuzzerRunDriver")]
    private static partial int RunDriver(int* count, byte*** arguments, delegate* unmanaged[Cdecl]<byte*, nuint, int> test);

    [LibraryImport("agentfuzzer", EntryPoint = "counters")]
    private static partial byte* Counters();

    [LibraryImport("libc.so.6", EntryPoint = "exit")]
    private static partial void Exit(int code);
}
