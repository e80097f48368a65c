using System.Net;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Roles;

namespace SlaveAgent.Tests.Roles;

public sealed class AddressWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private string[] _addresses = [];

    [Fact]
    public void A_host_that_registered_while_no_address_of_its_own_was_known_registers_again_once_one_is()
    {
        // The network is late: the address came after the last look, and in time for the request.
        var watch = Make();
        watch.Refresh();
        _addresses = ["10.0.0.1"];
        _time.Advance(TimeSpan.FromSeconds(3));
        watch.NoteRegistered(watch.Refresh());
        Assert.False(watch.IsRegistrationOutdated);
        _time.Advance(TimeSpan.FromSeconds(5));
        watch.Refresh();
        Assert.True(watch.IsRegistrationOutdated);

        watch.NoteRegistered(watch.Current);
        Assert.False(watch.IsRegistrationOutdated);
        _addresses = ["10.0.0.2"];
        _time.Advance(TimeSpan.FromSeconds(5));
        watch.Refresh();
        Assert.True(watch.IsRegistrationOutdated);
    }

    [Fact]
    public void Before_a_registration_none_is_outdated_and_an_address_that_goes_is_no_reason_for_one()
    {
        _addresses = ["10.0.0.1"];
        var watch = Make();
        watch.Refresh();
        Assert.False(watch.IsRegistrationOutdated);
        watch.NoteRegistered();
        _addresses = [];
        _time.Advance(TimeSpan.FromSeconds(5));
        watch.Refresh();
        Assert.False(watch.IsRegistrationOutdated);
    }

    private AddressWatch Make() => new(() => _addresses.Select(IPAddress.Parse).ToHashSet(), _time);
}
