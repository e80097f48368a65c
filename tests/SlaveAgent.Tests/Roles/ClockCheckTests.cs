using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

public sealed class ClockCheckTests
{
    private readonly ListLog _log = new();

    [Fact]
    public void Clocks_that_differ_by_more_than_ten_seconds_are_told_of_once_and_once_more_when_they_agree()
    {
        var check = new ClockCheck(_log.Logger);
        foreach (var seconds in new double?[] { null, 0, 9.9, -9.9, 11, 3600, -86400, 86400, 0, 1 })
        {
            check.Note(seconds is { } known ? TimeSpan.FromSeconds(known) : null);
        }

        Assert.Equal(["Warning", "Information"], _log.Lines.Select(line => line.Split(' ')[0]));
    }
}
