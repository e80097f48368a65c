using System.Runtime.InteropServices;

namespace SlaveAgent.Daemon;

/// <summary>Counts SIGHUPs from the very start: one that comes before the daemon is ready must not end it, as it would by default.</summary>
internal sealed class HangUps : IDisposable
{
    private readonly SemaphoreSlim _received = new(0);
    private readonly PosixSignalRegistration _registration;

    public HangUps() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        _received.Release();
    });

    public Task NextAsync(CancellationToken cancel) => _received.WaitAsync(cancel);

    public void Dispose()
    {
        _registration.Dispose();
        _received.Dispose();
    }
}
