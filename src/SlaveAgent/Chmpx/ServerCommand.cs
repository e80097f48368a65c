namespace SlaveAgent.Chmpx;

/// <summary>All that a server's control port is ever sent; others of chmpx's commands move data or take servers out of the ring.</summary>
public enum ServerCommand
{
    /// <summary>Changes nothing: the state of each server as this one has it.</summary>
    AllStatus,

    /// <summary>Has the server tell the ring its status with a fresh time; only where <see cref="UpdateStatusRule"/> allows it.</summary>
    UpdateStatus,
}
