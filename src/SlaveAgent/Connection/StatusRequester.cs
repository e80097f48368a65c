using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Connection;

/// <summary>
/// While programs keep chmpx from being restarted: has a server that the ring shows up, and that this slave's chmpx never tries again, tell the ring its
/// status again, under all the conditions of <see cref="UpdateStatusRule"/> and never otherwise.
/// </summary>
public sealed class StatusRequester(
    HostRoot root, IRingInquiries inquiries, bool isSwitchedOn, Func<TimeSpan?> clockDifference, TimeProvider time, Func<double> random, ILogger log)
{
    private readonly Inquiry<UpdateStatusReply?> _sending = new();
    private StatusRequestMemory _memory =
        StateFile.TryLoad(root.Agent.StatusRequests, ConnectionJson.Default.StatusRequestMemory) is { Servers: not null } kept ? kept : StatusRequestMemory.Empty;

    /// <param name="missing">Servers that are up and not connected.</param>
    /// <returns>Whether an answer of a connected server is needed before it can be decided.</returns>
    public bool Consider(RingSituation s, IReadOnlyList<NodeKey> missing, CancellationToken cancel)
    {
        TakeReply();
        if (_sending.IsRunning || s.View is not { } view)
        {
            return false;
        }

        foreach (var server in missing)
        {
            var verdict = UpdateStatusRule.Judge(new UpdateStatusSituation(
                view.Find(server),
                s.Peer is { } peer ? view.Find(peer.From) : view.Servers.FirstOrDefault(other => other.IsConnected),
                s.Peer?.Report,
                s.Peer?.At,
                clockDifference(),
                isSwitchedOn,
                _memory.Of(server),
                time.GetUtcNow(),
                random()));
            if (verdict.Next != _memory.Of(server) && !TryKeep(_memory.With(server, verdict.Next)))
            {
                // What is not written down is not sent: a restart would send it again.
                return false;
            }

            if (verdict is UpdateStatusVerdict.Allowed)
            {
                log.Warning("Server {Server} is up and not connected, and programs keep chmpx from being restarted: it is asked to tell the ring its status again (UPDATESTATUS)", server.ToString());
                _sending.Start(() => inquiries.RequestStatusAsync(s.Ini, server, cancel));
                return false;
            }

            if (verdict.Reason == UpdateStatusReason.NeedsReport)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All servers are connected.</summary>
    public void NoteComplete()
    {
        TakeReply();
        if (_memory.Servers.Any(server => server.Value != server.Value.WhenComplete()))
        {
            TryKeep(_memory.WhenComplete());
        }
    }

    private void TakeReply()
    {
        if (_sending.TryTake(out var reply))
        {
            log.Information("The request to tell the ring its status again was answered: {Reply}", reply?.ToString() ?? "no answer");
        }
    }

    private bool TryKeep(StatusRequestMemory memory)
    {
        try
        {
            StateFile.Save(root.Agent.StatusRequests, memory, ConnectionJson.Default.StatusRequestMemory);
            _memory = memory;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Debug("{Path} could not be written: {Why}", root.Agent.StatusRequests, e.Message);
            return false;
        }
    }
}
