using SlaveAgent.Sandbox.Scenario;

namespace SlaveAgent.Sandbox.Serving;

/// <summary>Commands from standard input, one a line. Without a terminal there is no prompt.</summary>
internal sealed class SessionTerminal(Screen screen, Session session)
{
    private const string Prompt = "> ";

    /// <summary>Completes at quit, and at the end of the input.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        // Not Console.In: that changes the terminal's settings, and a sandbox that is killed would leave them so.
        using var input = new StreamReader(Console.OpenStandardInput());
        screen.WriteLine("\nRunning. Commands:");
        screen.WriteLine(SessionCommand.Help);
        while (!session.Quitting.IsCompleted && await ReadLineAsync(input, cancellationToken) is { } line)
        {
            var reply = session.Start(line);
            if (reply.Refusal is { } reason)
            {
                screen.WriteLine(reason, indent: 2);
            }
            // A person at a terminal may pause the agent, or end an outage, during a change; a script's lines wait for one another.
            if (Console.IsInputRedirected || !reply.IsChange)
            {
                await reply.Done;
            }
        }
        screen.WriteLine("");
    }

    private async Task<string?> ReadLineAsync(StreamReader input, CancellationToken cancellationToken)
    {
        screen.ShowPrompt(Console.IsInputRedirected ? "" : Prompt);
        try
        {
            // A read from a terminal cannot be cancelled; it is left behind when the program ends.
            var reading = Task.Run(input.ReadLine, CancellationToken.None);
            await Task.WhenAny(reading, session.Quitting).WaitAsync(cancellationToken);
            return reading.IsCompleted ? await reading : null;
        }
        catch (IOException)
        {
            // The terminal was closed.
            return null;
        }
        finally
        {
            screen.Entered();
        }
    }
}
