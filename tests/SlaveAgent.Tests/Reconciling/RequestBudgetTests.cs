using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Serilog.Core;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>Requests are expensive for K2HR3, so those of a quiet cluster are counted: the real controllers that ask, in time that is not real.</summary>
public sealed class RequestBudgetTests : IDisposable
{
    private const int Hours = 6;

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("1m", 65, 92)]
    [InlineData("5m", 17, 42)]
    public async Task A_quiet_slave_asks_no_more_often_than_promised(string interval, int most, int mostAtFirst)
    {
        var settings = SettingsLoader.Load(_directory.At("agent.yaml"), _directory.At("conf.d"), []);
        var requests = new CountingK2hr3();
        var role = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;
        using var client = new K2hr3Client(
            new K2hr3Identity(new Uri("http://k2hr3.example/"), role, role.TenantYrn, "cuk-slv1", "slv1", null, null, false),
            () => RoleToken.TryParse("token"), requests, TimeSpan.FromSeconds(40), _time);
        var evidence = DefaultSettings.EvidenceOf(_directory, _time);
        var resource = new ResourceReader(client, role.ToResource(), _directory.Root, evidence);
        var memory = new RoleMemory(client, role.ToResource(), _directory.Root, new SlaveSettings([], []), evidence);
        var file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _time);
        var (ring, none) = (new RingMemory(), new HostFiles(_ => false, _ => false));
        IReadOnlyList<IController> controllers =
        [
            new RegistrationController(client, role.ToResource(), Keepers.Of(_directory.Root, client.Identity, RoleToken.TryParse("token"), _time), () => RoleToken.TryParse("token")),
            new RoleController(memory, resource, "cuk-slv1"),
            new ConfigurationController(
                resource, memory, file, ring, new LastGoodConfiguration(resource, file, ring, "cuk-slv1", none), evidence, "cuk-slv1", none, settings.Configuration, true, Logger.None),
            new PackageController(memory, file, () => null, settings.Packages, NoAccount.Of(memory, _directory.Root), null),
            new FakeController(ControllerKinds.Services),
            new FakeController(ControllerKinds.Connection),
        ];
        var random = new Random(1);
        var schedule = new Schedule(controllers, settings.Watch with { K2hr3Interval = Durations.TryParse(interval)!.Value }, settings.Retry, random.NextDouble);
        var board = new StatusBoard(controllers, file, new RingMemory(), () => client.Contact, null, _directory.Root, keepsFile: false, _time, Logger.None);
        var reconciler = new Reconciler(controllers, schedule, board, new UnwatchedHost(), _time, Logger.None);
        await PassAsync(reconciler, TimeSpan.FromMinutes(1));
        Assert.True(board.IsSettled);

        // The role lists nothing, so that its lists are read several times in the first hour.
        await PassAsync(reconciler, TimeSpan.FromMinutes(59));
        Assert.InRange(requests.Count, mostAtFirst - 10, mostAtFirst);
        requests.Count = 0;

        await PassAsync(reconciler, TimeSpan.FromHours(Hours));

        Assert.InRange(requests.Count, (most - 5) * Hours, most * Hours);
    }

    private async Task PassAsync(Reconciler reconciler, TimeSpan length)
    {
        for (var passed = TimeSpan.Zero; passed < length; passed += TimeSpan.FromSeconds(1))
        {
            await reconciler.RunDueAsync(TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private sealed class CountingK2hr3 : HttpMessageHandler
    {
        private static readonly EntityTagHeaderValue Tag = new("\"1\"", isWeak: true);

        public int Count { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            var isText = request.Method == HttpMethod.Get && !request.RequestUri!.Query.Contains("keyname", StringComparison.Ordinal);
            if (isText && request.Headers.IfNoneMatch.Contains(Tag))
            {
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotModified));
            }

            var body = JsonSerializer.Serialize(new { result = true, message = (string?)null, resource = isText ? SampleIni.Text : string.Empty });
            var answer = new HttpResponseMessage(request.Method == HttpMethod.Put ? HttpStatusCode.Created : HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8) };
            answer.Headers.ETag = Tag;
            return Task.FromResult(answer);
        }
    }
}
