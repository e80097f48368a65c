using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace SlaveAgent.Tests.Support;

/// <summary>A network namespace: that of one thread, with all sockets and programs that it makes. Root's alone.</summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public NetworkNamespace()
    {
        _thread = new Thread(Work) { IsBackground = true };
        _thread.Start();
        IsThere = Run(() => Unshare(NewNetwork) == 0);
        Thread = Run(ThreadId);
    }

    /// <summary>This root may make one.</summary>
    public bool IsThere { get; }

    /// <summary>The thread's number, by which <c>ip</c> knows the namespace.</summary>
    public int Thread { get; }

    public static void Ip(string arguments)
    {
        using var ip = Process.Start("/sbin/ip", arguments);
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
    }

    public void Run(Action action) => Run(() =>
    {
        action();
        return 0;
    });

    /// <summary>Does something in the namespace, and waits for it.</summary>
    public T Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        try
        {
            return done.Task.Result;
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);

    [LibraryImport("libc.so.6", EntryPoint = "gettid")]
    private static partial int ThreadId();
}
