using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SharpFuzz;
using SharpFuzz.Common;
using SlaveAgent.Fuzz;

namespace SlaveAgent.Tests.Support;

/// <summary>
/// A second copy of the agent in this process, in which every branch is counted: how much work an input makes, as a number that is the same on a busy machine.
/// What is to be counted is a static method of SlaveAgent.Fuzz that takes a text; it runs in a second copy of that, which sees the counted agent.
/// </summary>
internal sealed unsafe class CountedAgent : IDisposable
{
    private const string AgentName = "k2hdkc-slave-agent";

    /// <summary>SharpFuzz's map of branches, which is written besides.</summary>
    private const int MapSize = 1 << 16;

    private readonly TempDirectory _directory = new();
    private readonly Assembly _work;
    private readonly void* _map = NativeMemory.AllocZeroed(MapSize);

    public CountedAgent()
    {
        var agent = Path.Join(_directory.Path, $"{AgentName}.dll");
        File.Copy(Path.Join(AppContext.BaseDirectory, $"{AgentName}.dll"), agent);
        Environment.SetEnvironmentVariable("SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK", "1");
        Assert.NotEmpty(Fuzzer.Instrument(agent, _ => true, Options.Value));
        _work = new Copies(agent).LoadFromAssemblyPath(typeof(Work).Assembly.Location);
        Trace.SharedMem = (byte*)_map;
    }

    /// <returns>How many branches of the agent's code were taken.</returns>
    public long Count(Action<string> work, string text)
    {
        var method = _work.GetType(work.Method.DeclaringType!.FullName!)!.GetMethod(work.Method.Name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        var counted = method.CreateDelegate<Action<string>>();
        var count = 0L;
        Trace.OnBranch = (_, _) => count++;
        try
        {
            counted(text);
        }
        finally
        {
            Trace.OnBranch = (_, _) => { };
        }

        return count;
    }

    public void Dispose()
    {
        // The map stays for code that may still run.
        _directory.Dispose();
    }

    private sealed class Copies(string agent) : AssemblyLoadContext("counted")
    {
        protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == AgentName ? LoadFromAssemblyPath(agent) : null;
    }
}
