namespace SlaveAgent.Chmpx;

/// <summary>How a question to a server's control port ended.</summary>
public abstract record ServerReply
{
    private ServerReply()
    {
    }

    /// <summary>It answered and closed.</summary>
    public sealed record Answered(string Text) : ServerReply;

    /// <summary>It was not asked: its address is one that no server may have.</summary>
    public sealed record Refused(EndpointRefusal Reason) : ServerReply;

    /// <param name="Message">For a person, with the address.</param>
    public sealed record Failed(ServerFailure Reason, string Message) : ServerReply;
}
