using SlaveAgent.Chmpx;

namespace SlaveAgent.Fuzz.Targets;

/// <summary>The answer to DUMP of any process that listens on the control port.</summary>
internal static class DumpTarget
{
    public static IReadOnlyList<string> Message { get; } =
    [
        "cfg_revision = 3\n", "chmpx_self = 0x1\n", "chmpx_servers = 0x1\n", "chmpx_slave_count = 0\n", "name = svr1\n", "cuk = cuk-svr1\n", "ctlport = 8021\n", "sock = -1\n", "sock = 25, 24\n",
        "status = 0x21(SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend])\n", "[SERVICE OUT][DOWN]", "2147483647", "-2147483648", "99999999999",
    ];

    public static void Try(ReadOnlySpan<byte> input)
    {
        var view = RingReader.TryRead(input);
        var again = RingReader.TryRead(input);
        Promise.That(view is null == again is null, "the same answer is read in two ways");
        if (view is null)
        {
            return;
        }

        Promise.That(view.Revision == again!.Revision && view.Servers.SequenceEqual(again.Servers), "the same answer is read in two ways");
        Promise.That(view.Servers.Length <= input.Count((byte)'\n') / 3, "there are more servers than lines for them");
        foreach (var server in view.Servers)
        {
            Promise.That(server.Key.ControlPort > 0, "a server has no control port");
            Promise.That(server.Name is not null && server.Key.Cuk is not null, "a server has no name");
            Promise.That(view.Find(server.Key) is not null, "a server is not found under its own key");
        }
    }
}
