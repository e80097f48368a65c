using System.Runtime.InteropServices;

namespace SlaveAgent.Commands;

/// <summary>Cancels when the process is to shut down, so that it ends in order.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="more">Signals that end this command in order, too.</param>
    public Signals(params IEnumerable<PosixSignal> more)
    {
        foreach (var signal in more.Concat([PosixSignal.SIGTERM, PosixSignal.SIGINT]))
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _ended.Cancel();
            }));
        }
    }

    public CancellationToken Token => _ended.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _ended.Dispose();
    }
}
