using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.K2hr3;

public sealed class K2hr3ClientTests
{
    private const string Good = """{"result":true,"message":null,"resource":"[GLOBAL]\nGROUP = a\n"}""";

    private static readonly Yrn Role = Yrn.TryParse("yrn:yahoo:::tenant0:role:ct/slave")!;
    private static readonly RoleToken Token = RoleToken.TryParse("e2f568bca43f5fe84c85b4c05eb64a67dd6a07a19637efd33eb875603453305a")!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_requests_are_those_that_were_recorded()
    {
        var (seen, connections) = (new List<string>(), new List<string?>());
        await using var server = await SmallServer.StartAsync(async context =>
        {
            lock (seen)
            {
                connections.Add(context.Request.Headers.Connection);
                seen.Add($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {context.Request.Headers["x-auth-token"]}");
            }

            context.Response.StatusCode = context.Request.Method switch { "PUT" => 201, "DELETE" => 204, _ => 200 };
            if (context.Request.Method != "DELETE")
            {
                await context.Response.WriteAsync(context.Request.Method == "PUT" ? """{"result":true,"message":null}""" : Good, Cancel);
            }
        });
        using var client = Client(server.Address);
        Assert.IsType<K2hr3Answer.Done>(await client.RegisterAsync(Cancel));
        Assert.IsType<K2hr3Answer.Done>(await client.UnregisterAsync(Cancel));
        Assert.IsType<K2hr3Answer.Text>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
        Assert.All(connections, connection => Assert.Equal("close", connection));
        Assert.IsType<K2hr3Answer.Text>(await client.ReadKeyAsync(Role.ToResource(), "k2hr3-init-packages", Cancel));
        var plain = seen.Select(s => s.Replace("%3A", ":", StringComparison.OrdinalIgnoreCase).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.Equal(
            [
                Recorded("22-register-host-slv1.txt"),
                "DELETE /v1/role/yrn:yahoo:::tenant0:role:ct/slave?cuk=cuk-slv1&extra=openstack-auto-v1&tag=slv1 ",
                Recorded("28-resource-slave.txt"),
                $"GET /v1/resource/yrn:yahoo:::tenant0:resource:ct/slave?type=keys&keyname=k2hr3-init-packages R={Token.Value}",
            ],
            plain);

        static string Recorded(string name) =>
            RecordedExchange.Load(name) is var e ? $"{e.Method} {e.Target} {e.Sent["x-auth-token"]}" : string.Empty;
    }

    [Fact]
    public async Task By_address_the_role_and_CUK_go_along_and_no_token()
    {
        string? seen = null;
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen = $"{context.Request.QueryString.Value} {context.Request.Headers["x-auth-token"]}";
            return context.Response.WriteAsync(Good, Cancel);
        });
        using var client = Client(server.Address, identity: i => i with { ByAddress = true });
        await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        Assert.Equal("?role=yrn:yahoo:::tenant0:role:ct/slave&cuk=cuk-slv1 ", Uri.UnescapeDataString(seen!));
    }

    [Fact]
    public async Task Addresses_for_others_to_reach_the_host_go_along_when_registering()
    {
        string? seen = null;
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen = context.Request.QueryString.Value;
            return Task.CompletedTask;
        });
        using var client = Client(server.Address, identity: i => i with { InboundAddress = "10.0.0.1", OutboundAddress = "192.0.2.1" });
        await client.RegisterAsync(Cancel);
        Assert.EndsWith("&inboundip=10.0.0.1&outboundip=192.0.2.1", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "host.example")]
    [InlineData("a&role=b#c", "x=y +%26?é")]
    [InlineData("a/../b", "😀[]{}|^`\"<>")]
    public async Task What_a_host_is_called_cannot_become_another_parameter(string cuk, string tag)
    {
        IQueryCollection? seen = null;
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen = context.Request.Query;
            return Task.CompletedTask;
        });
        using var client = Client(server.Address, identity: i => i with { Cuk = cuk, Tag = tag });
        await client.RegisterAsync(Cancel);
        Assert.Equal(["cuk", "extra", "tag"], seen!.Keys.Order());
        Assert.Equal((cuk, tag), (seen["cuk"].ToString(), seen["tag"].ToString()));
    }

    [Fact]
    public async Task A_known_ETag_makes_the_request_conditional()
    {
        const string ETag = "W/\"145-oD6jccy+/zVdciyEX3UrrK5xcFY\"";
        await using var server = await SmallServer.StartAsync(context =>
        {
            context.Response.Headers.ETag = ETag;
            if (context.Request.Headers.IfNoneMatch == ETag)
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            return context.Response.WriteAsync(Good, Cancel);
        });
        using var client = Client(server.Address);
        var text = Assert.IsType<K2hr3Answer.Text>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
        Assert.Equal(ETag, text.ETag);
        Assert.IsType<K2hr3Answer.NotModified>(await client.ReadTextAsync(Role.ToResource(), text.ETag, Cancel));
    }

    [Fact]
    public async Task An_ETag_too_long_to_be_sent_back_is_not_kept()
    {
        var answer = await AskAsync(context =>
        {
            context.Response.Headers.ETag = $"\"{new string('e', 20_000)}\"";
            return context.Response.WriteAsync(Good, Cancel);
        });
        Assert.Null(Assert.IsType<K2hr3Answer.Text>(answer).ETag);
    }

    [Fact]
    public async Task A_304_that_was_not_asked_for_makes_no_sense() => Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(context =>
    {
        context.Response.StatusCode = 304;
        return Task.CompletedTask;
    }));

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task The_token_does_not_follow_a_redirection(int status)
    {
        var elsewhere = new List<string>();
        await using var other = await SmallServer.StartAsync(context =>
        {
            lock (elsewhere)
            {
                elsewhere.Add(context.Request.Path);
            }

            return context.Response.WriteAsync(Good, Cancel);
        });
        var answer = await AskAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = other.Address.ToString();
            return Task.CompletedTask;
        });
        Assert.Equal(K2hr3Failure.Redirect, Assert.IsType<K2hr3Answer.Unavailable>(answer).Failure);
        Assert.Empty(elsewhere);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_given_up_after_the_whole_time_and_no_sooner()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = await SmallServer.StartAsync(async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = Client(server.Address, time);
        var asking = client.ReadTextAsync(Role.ToResource(), null, Cancel);
        await asked.Task.WaitAsync(Cancel);
        time.Advance(TimeSpan.FromSeconds(39));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var answer = Assert.IsType<K2hr3Answer.Unavailable>(await asking);
        Assert.Equal(K2hr3Failure.Timeout, answer.Failure);
        Assert.True(answer.TimedOut);
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up_after_the_whole_time_too()
    {
        var time = new FakeTimeProvider();
        await using var server = await SmallServer.StartAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        });
        using var client = Client(server.Address, time);
        Assert.Equal(K2hr3Failure.Timeout, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);
    }

    [Fact]
    public async Task Being_cancelled_is_no_answer()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await SmallServer.StartAsync(async context =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = Client(server.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ReadTextAsync(Role.ToResource(), null, cancel.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_or_has_no_end_is_given_up(bool tellsItsLength)
    {
        long sent = 0;
        using var service = new Listener(async (socket, _) =>
        {
            // A bare socket: a web server would go on counting what it throws away after the client has hung up.
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{(tellsItsLength ? "Content-Length: 1099511627776\r\n" : "Connection: close\r\n")}\r\n"), Cancel);
            var piece = new byte[64 * 1024];
            try
            {
                while (true)
                {
                    Interlocked.Add(ref sent, await socket.SendAsync(piece, Cancel));
                }
            }
            catch (SocketException)
            {
                // The client hung up.
            }
        });
        using var client = Client(new Uri($"http://127.0.0.1:{service.Port}"));
        var answer = await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        Assert.Equal(K2hr3Failure.TooLarge, Assert.IsType<K2hr3Answer.Unavailable>(answer).Failure);
        Assert.InRange(Interlocked.Read(ref sent), 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task A_body_of_nearly_four_megabytes_is_read()
    {
        var answer = await AskAsync(context => context.Response.WriteAsync($$"""{"result":true,"resource":"{{new string('a', 4_000_000)}}"}""", Cancel));
        Assert.Equal(4_000_000, Assert.IsType<K2hr3Answer.Text>(answer).Value.Length);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"result\":true")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("")]
    [InlineData("\0\0\0\0\0\0\0\0\r\n\r\n")]
    public async Task A_service_that_breaks_off_or_talks_nonsense_is_away(string said)
    {
        using var service = new Listener(async (socket, _) => await socket.SendAsync(Encoding.ASCII.GetBytes(said), Cancel));
        using var client = Client(new Uri($"http://127.0.0.1:{service.Port}"));
        Assert.Equal(K2hr3Failure.Broken, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);
    }

    [Fact]
    public async Task A_reset_is_a_broken_connection()
    {
        using var service = new Listener((socket, _) =>
        {
            socket.LingerState = new LingerOption(true, 0);
            return Task.CompletedTask;
        });
        using var client = Client(new Uri($"http://127.0.0.1:{service.Port}"));
        Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
    }

    [Fact]
    public async Task Headers_without_an_end_are_given_up()
    {
        using var service = new Listener(async (socket, _) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), Cancel);
            while (true)
            {
                await socket.SendAsync("X-More: and more and more and more and more and more\r\n"u8.ToArray(), Cancel);
            }
        });
        using var client = Client(new Uri($"http://127.0.0.1:{service.Port}"));
        Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
    }

    [Fact]
    public async Task A_refused_connection_is_said_to_be_one()
    {
        using var client = Client(new Uri($"http://127.0.0.1:{Listener.ClosedPort()}"));
        Assert.Equal(K2hr3Failure.Connection, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_said_not_to()
    {
        // RFC 6761: never exists.
        using var client = Client(new Uri("http://k2hr3.invalid/"));
        Assert.Equal(K2hr3Failure.NameResolution, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);
    }

    [Fact]
    public async Task Plain_HTTP_where_TLS_is_asked_for_is_said_to_be_TLS()
    {
        await using var server = await SmallServer.StartAsync(_ => Task.CompletedTask);
        using var client = Client(new Uri($"https://127.0.0.1:{server.Address.Port}"));
        Assert.Equal(K2hr3Failure.Tls, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [InlineData("Sat, 01 Jan 2000 00:02:00 GMT", 120)]
    [InlineData("Fri, 31 Dec 1999 23:59:00 GMT", null)]
    public async Task Retry_After_is_understood_as_seconds_and_as_a_date(string header, int? seconds)
    {
        // FakeTimeProvider begins on 1 January 2000.
        var answer = await AskAsync(
            context =>
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = header;
                return Task.CompletedTask;
            },
            new FakeTimeProvider());
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, Assert.IsType<K2hr3Answer.Unavailable>(answer).RetryAfter);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_no_text() => Assert.IsType<K2hr3Answer.Unavailable>(await AskAsync(
        async context => await context.Response.Body.WriteAsync((byte[])[.. "{\"result\":true,\"resource\":\"a"u8, 0xc3, 0x28, .. "\"}"u8], Cancel)));

    [Fact]
    public async Task An_encoding_that_is_declared_wrongly_does_not_matter()
    {
        var answer = await AskAsync(context =>
        {
            context.Response.ContentType = "text/html; charset=no-such-thing";
            return context.Response.WriteAsync(Good, Cancel);
        });
        Assert.Equal("[GLOBAL]\nGROUP = a\n", Assert.IsType<K2hr3Answer.Text>(answer).Value);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_without_being_repeated()
    {
        var answer = await AskAsync(context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync($$"""{"result":false,"message":"token({{Token.Value}}) is not existed"}""", Cancel);
        });
        Assert.Equal("token((hidden)) is not existed", Assert.IsType<K2hr3Answer.Denied>(answer).Reason);
    }

    [Fact]
    public async Task A_token_that_was_replaced_is_taken_with_the_next_request()
    {
        var seen = new List<string?>();
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen.Add(context.Request.Headers["x-auth-token"]);
            return context.Response.WriteAsync(Good, Cancel);
        });
        var token = RoleToken.TryParse("old");
        using var client = new K2hr3Client(Identity(server.Address), () => token, new RenewingHandler(TlsFiles.None, TimeProvider.System), TimeSpan.FromSeconds(40), TimeProvider.System);
        await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        token = RoleToken.TryParse("new");
        await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        Assert.Equal(["R=old", "R=new"], seen);
    }

    [Fact]
    public async Task A_cookie_is_not_sent_back()
    {
        string? seen = null;
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen = context.Request.Headers.Cookie;
            context.Response.Headers.SetCookie = "a=b";
            return context.Response.WriteAsync(Good, Cancel);
        });
        using var client = Client(server.Address);
        await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        Assert.Null(seen);
    }

    [Fact]
    public async Task An_API_below_a_path_is_asked_there()
    {
        string? seen = null;
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen = context.Request.Path;
            return context.Response.WriteAsync(Good, Cancel);
        });
        using var client = Client(new Uri(server.Address, "/behind/a/proxy/"));
        await client.ReadTextAsync(Role.ToResource(), null, Cancel);
        Assert.Equal("/behind/a/proxy/v1/resource/yrn:yahoo:::tenant0:resource:ct/slave", seen);
    }

    [Fact]
    public async Task A_name_with_any_text_reaches_K2HR3_as_it_is()
    {
        List<string> seen = [];
        await using var server = await SmallServer.StartAsync(context =>
        {
            seen.Add(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
            return context.Response.WriteAsync(Good, Cancel);
        });
        var role = Yrn.TryParse("yrn:yahoo:::R&D, it's 50% + \"ab\":role:my cluster/slave")!;
        using var client = Client(server.Address, identity: identity => identity with { Role = role, ByAddress = true });
        await client.ReadTextAsync(role.ToResource(), null, Cancel);
        Assert.Equal(
            "/v1/resource/yrn:yahoo:::R&D,%20it%27s%2050%25%20+%20%22ab%22:resource:my%20cluster/slave?role=yrn%3Ayahoo%3A%3A%3AR%26D%2C%20it%27s%2050%25%20%2B%20%22ab%22%3Arole%3Amy%20cluster%2Fslave&cuk=cuk-slv1",
            Assert.Single(seen));
    }

    /// <summary>4.5 MB, which is more than was read once.</summary>
    [Fact]
    public async Task A_resource_with_ten_thousand_slaves_is_read()
    {
        var ini = SampleIni.Text + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"\n[SLVNODE]\nNAME = slave-{i}.example.com\nCTLPORT = 8031\nCUK = {Guid.NewGuid()}\n{new string(' ', 350)}\n"));
        var body = JsonSerializer.Serialize(new { result = true, message = (string?)null, resource = ini });
        Assert.InRange(body.Length, 4_300_000, 6_000_000);
        Assert.Equal(ini, Assert.IsType<K2hr3Answer.Text>(await AskAsync(context => context.Response.WriteAsync(body, Cancel))).Value);
    }

    [Fact]
    public async Task An_answer_larger_than_the_setting_allows_is_given_up_in_time()
    {
        // A bare socket: what a web server takes after the connection was closed is sent nowhere.
        long sent = 0;
        using var server = new Listener(async (socket, _) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), Cancel);
            while (true)
            {
                Interlocked.Add(ref sent, await socket.SendAsync(new byte[65536], Cancel));
            }
        });
        using var client = new K2hr3Client(
            Identity(new Uri($"http://127.0.0.1:{server.Port}/")), () => Token, new RenewingHandler(TlsFiles.None, TimeProvider.System), TimeSpan.FromSeconds(40), TimeProvider.System, largestAnswer: 1);
        Assert.Equal(K2hr3Failure.TooLarge, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);

        // What both kernels and the server buffer comes on top.
        Assert.InRange(Interlocked.Read(ref sent), 0, 12 * 1024 * 1024);
    }

    /// <summary>Each of four addresses takes no connection and refuses none; the fifth is well.</summary>
    [Fact]
    public async Task A_name_of_which_four_addresses_are_dead_is_reached_by_the_fifth_and_then_at_once()
    {
        await using var server = await SmallServer.StartAsync(context => context.Response.WriteAsync(Good, Cancel));
        var dead = Enumerable.Range(2, 4).Select(i => IPAddress.Parse($"127.0.0.{i}")).ToList();
        var holes = dead.ConvertAll(address => new BlackHole(address, server.Address.Port));
        var time = new FakeTimeProvider();
        using var client = new K2hr3Client(
            Identity(new Uri($"http://k2hr3.test:{server.Address.Port}/")),
            () => Token,
            new RenewingHandler(TlsFiles.None, time, resolve: (_, _) => Task.FromResult<IPAddress[]>([.. dead, IPAddress.Loopback])), TimeSpan.FromSeconds(40), TimeProvider.System);
        var asking = client.ReadTextAsync(Role.ToResource(), null, Cancel);
        await Eventually.IsTrueAsync(() => holes[0].Attempts > 0, "an attempt to connect");
        Assert.False(asking.IsCompleted);
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(250));
                return asking.IsCompleted;
            },
            "a connection to the fifth");
        Assert.IsType<K2hr3Answer.Text>(await asking);
        await Eventually.IsTrueAsync(() => holes.Sum(hole => hole.Attempts) == 0, "the end of the other attempts");

        // The clock stands still: a second address would never be tried.
        Assert.IsType<K2hr3Answer.Text>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
        holes.ForEach(hole => hole.Dispose());
    }

    [Fact]
    public async Task Addresses_that_refuse_are_passed_by_without_a_pause_and_named_where_no_other_takes_the_connection()
    {
        await using var server = await SmallServer.StartAsync(context => context.Response.WriteAsync(Good, Cancel));
        IPAddress[] addresses = [IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"), IPAddress.Loopback];
        using var client = new K2hr3Client(
            Identity(new Uri($"http://k2hr3.test:{server.Address.Port}/")),
            () => Token,
            new RenewingHandler(TlsFiles.None, new FakeTimeProvider(), resolve: (_, _) => Task.FromResult(addresses)), TimeSpan.FromSeconds(40), TimeProvider.System);
        Assert.IsType<K2hr3Answer.Text>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
        addresses = addresses[..3];
        var away = Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
        Assert.Equal(K2hr3Failure.Connection, away.Failure);
        Assert.All(addresses, address => Assert.Contains(new IPEndPoint(address, server.Address.Port).ToString(), away.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_at_once_do_not_wait_for_each_other()
    {
        var (asked, all) = (0, new TaskCompletionSource());
        await using var server = await SmallServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref asked) == 3)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(Cancel);
            await context.Response.WriteAsync(Good, Cancel);
        });
        using var client = Client(server.Address);
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.ReadTextAsync(Role.ToResource(), null, Cancel)));
        Assert.All(answers, answer => Assert.IsType<K2hr3Answer.Text>(answer));
    }

    [Fact]
    public async Task A_K2HR3_that_takes_no_connection_is_given_up_before_the_request_is()
    {
        using var hole = new BlackHole();
        using var client = new K2hr3Client(
            Identity(hole.Address), () => Token, new RenewingHandler(TlsFiles.None, TimeProvider.System, connectTimeout: TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(40), new FakeTimeProvider());
        Assert.Equal(K2hr3Failure.Connection, Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel)).Failure);
    }

    /// <summary>The limit of the connection is reached first, as it is with the defaults (30 s of 40 s), or that of the request.</summary>
    [Theory]
    [InlineData("resolver", true, K2hr3Failure.NameResolution)]
    [InlineData("resolver", false, K2hr3Failure.NameResolution)]
    [InlineData("TLS", true, K2hr3Failure.Connection)]
    [InlineData("TLS", false, K2hr3Failure.Connection)]
    [InlineData("proxy", false, K2hr3Failure.Connection)]
    [InlineData("TLS behind a proxy", true, K2hr3Failure.Connection)]
    public async Task A_connection_that_hangs_on_its_way_is_no_answer_and_says_where(string place, bool isConnectionsLimit, K2hr3Failure failure)
    {
        using var silent = new Listener((_, _) => Task.Delay(Timeout.Infinite, Cancel));
        using var tunnel = new ConnectProxy(silent.Port);
        var proxy = place switch
        {
            "proxy" => new Uri($"http://127.0.0.1:{silent.Port}/"),
            "TLS behind a proxy" => tunnel.Address,
            _ => null,
        };
        var (limit, plenty) = (TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(60));
        using var client = new K2hr3Client(
            Identity(new Uri($"https://k2hr3.test:{silent.Port}/")),
            () => Token,
            new RenewingHandler(TlsFiles.None, TimeProvider.System, proxy is null ? null : ProxyChoice.Of(proxy), ResolveAsync, isConnectionsLimit ? limit : plenty),
            isConnectionsLimit ? plenty : limit, TimeProvider.System);
        var away = Assert.IsType<K2hr3Answer.Unavailable>(await client.ReadTextAsync(Role.ToResource(), null, Cancel));
        Assert.Equal((failure, false), (away.Failure, away.TimedOut));
        var named = proxy is not null ? proxy.Authority : place == "resolver" ? "k2hr3.test" : $"127.0.0.1:{silent.Port}";
        Assert.Contains(named, away.Reason, StringComparison.Ordinal);

        async Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancel)
        {
            if (place == "resolver")
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }

            return [IPAddress.Loopback];
        }
    }

    [Fact]
    public async Task A_request_that_is_over_while_it_connects_is_given_up_at_once_and_so_is_its_connection()
    {
        using var hole = new BlackHole();
        using var client = Client(hole.Address);
        using var cancel = new CancellationTokenSource();
        var asking = client.ReadTextAsync(Role.ToResource(), null, cancel.Token);
        await Eventually.IsTrueAsync(() => hole.Attempts > 0, "an attempt to connect");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.IsTrueAsync(() => hole.Attempts == 0, "the end of the attempt");
    }

    [Fact]
    public void A_client_that_is_let_go_of_lets_go_of_its_connections()
    {
        using var handler = new DisposedHandler();
        new K2hr3Client(Identity(new Uri("http://127.0.0.1:1/")), () => Token, handler, TimeSpan.FromSeconds(40), TimeProvider.System).Dispose();
        Assert.True(handler.IsDisposed);
    }

    private static async Task<K2hr3Answer> AskAsync(RequestDelegate answer, TimeProvider? time = null)
    {
        await using var server = await SmallServer.StartAsync(answer);
        using var client = Client(server.Address, time);
        return await client.ReadTextAsync(Role.ToResource(), null, Cancel);
    }

    private static K2hr3Client Client(Uri address, TimeProvider? time = null, Func<K2hr3Identity, K2hr3Identity>? identity = null) =>
        new((identity ?? (i => i))(Identity(address)), () => Token, new RenewingHandler(TlsFiles.None, TimeProvider.System), TimeSpan.FromSeconds(40), time ?? TimeProvider.System);

    private static K2hr3Identity Identity(Uri address) => new(address, Role, "yrn:yahoo:::tenant0", "cuk-slv1", "slv1", null, null, ByAddress: false);

    private sealed class DisposedHandler : HttpMessageHandler
    {
        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
