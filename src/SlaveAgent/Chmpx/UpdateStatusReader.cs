namespace SlaveAgent.Chmpx;

/// <summary>Reads the answer to UPDATESTATUS. Pure.</summary>
public static class UpdateStatusReader
{
    public static UpdateStatusReply Read(string answer)
    {
        var line = answer.AsSpan().Trim();
        return line.SequenceEqual("SUCCEED") ? UpdateStatusReply.Sent

            // "SUCCEED: There no server on RING." is the only one so far; with any remark it was no plain success.
            : line.StartsWith("SUCCEED:") ? UpdateStatusReply.NothingSent
            : line.StartsWith("ERROR") || line.StartsWith("INTERNAL ERROR") ? UpdateStatusReply.Refused
            : UpdateStatusReply.Unreadable;
    }
}
