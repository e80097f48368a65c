using SlaveAgent.Chmpx;
using SlaveAgent.Ring;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Ring;

public sealed class RingMemoryTests
{
    [Fact]
    public void A_look_that_shows_what_the_last_one_did_leaves_the_same_object_and_another_does_not()
    {
        var memory = new RingMemory();
        var first = View(1, connected: true);
        memory.Note(first);
        memory.Note(View(1, connected: true));
        Assert.Same(first, memory.View);

        foreach (var other in new[] { View(2, connected: true), View(2, connected: false), null, View(2, connected: false) })
        {
            memory.Note(other);
            Assert.Same(other, memory.View);
        }
    }

    private static RingView View(int revision, bool connected) => new(revision, [new RingServer(new NodeKey("cuk-svr1", 8021), "svr1", true, true, connected)]);
}
