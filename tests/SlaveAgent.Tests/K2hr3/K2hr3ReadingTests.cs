using System.Text;
using CsCheck;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.K2hr3;

public sealed class K2hr3ReadingTests
{
    private static readonly K2hr3Request Read = new(K2hr3RequestKind.Read);
    private static readonly K2hr3Request Conditional = new(K2hr3RequestKind.Read, "W/\"1\"");
    private static readonly K2hr3Request Key = new(K2hr3RequestKind.Read, IsKey: true);
    private static readonly K2hr3Request Register = new(K2hr3RequestKind.Register);
    private static readonly K2hr3Request Unregister = new(K2hr3RequestKind.Unregister);

    [Theory]
    [InlineData("17-resource-by-roletoken-BEFORE-register.txt")]
    [InlineData("26-resource-by-roletoken-registered.txt")]
    [InlineData("27-resource-type-string.txt")]
    [InlineData("28-resource-slave.txt")]
    [InlineData("29-resource-from-OTHER-ip-same-token.txt")]
    [InlineData("41-resource-noToken-role-registered.txt")]
    [InlineData("47-resource-relative-name.txt")]
    [InlineData("52-resource-Accept-gzip.txt")]
    [InlineData("62-resource-UNDEFVAR.txt")]
    [InlineData("64-resource-after-restore.txt")]
    [InlineData("68-resource-after-delete-by-roletoken.txt")]
    public void A_recorded_resource_is_its_text_with_its_ETag(string name)
    {
        var text = Assert.IsType<K2hr3Answer.Text>(Replay(name, Read));
        Assert.StartsWith("[GLOBAL]\nGROUP = testcluster\n", text.Value, StringComparison.Ordinal);
        Assert.StartsWith("W/\"", text.ETag, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(199, K2hr3Failure.Status)]
    [InlineData(200, K2hr3Failure.InvalidAnswer)]
    [InlineData(201, K2hr3Failure.InvalidAnswer)]
    [InlineData(299, K2hr3Failure.InvalidAnswer)]
    [InlineData(300, K2hr3Failure.Redirect)]
    [InlineData(304, K2hr3Failure.Redirect)]
    [InlineData(399, K2hr3Failure.Redirect)]
    [InlineData(402, K2hr3Failure.Status)]
    [InlineData(500, K2hr3Failure.Status)]
    public void A_status_that_K2HR3_does_not_use_makes_it_unavailable(int status, K2hr3Failure failure) =>
        Assert.Equal(failure, Assert.IsType<K2hr3Answer.Unavailable>(K2hr3Reading.Read(Read, status, "<html>"u8, null, null, null)).Failure);

    [Theory]
    [InlineData(200)]
    [InlineData(299)]
    public void A_registration_answered_without_K2HR3s_JSON_is_not_done(int status) =>
        Assert.Equal(
            K2hr3Failure.InvalidAnswer,
            Assert.IsType<K2hr3Answer.Unavailable>(K2hr3Reading.Read(Register, status, "<html>"u8, null, null, null)).Failure);

    [Fact]
    public void A_message_of_K2HR3_is_passed_on_as_one_line()
    {
        var away = Assert.IsType<K2hr3Answer.Unavailable>(K2hr3Reading.Read(Read, 500, """{"result":false,"message":"a\r\nb"}"""u8, null, null, null));
        Assert.Equal(K2hr3Failure.Status, away.Failure);
        Assert.All(["500", "(a  b)"], value => Assert.Contains(value, away.Reason, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', away.Reason);
    }

    [Theory]
    [InlineData("""{"result":false,"message":"no"}""", K2hr3Failure.Contradiction)]
    [InlineData("""{"result":true,"message":null}""", K2hr3Failure.InvalidAnswer)]
    [InlineData("""{"result":true,"message":null,"resource":{"string":"a"}}""", K2hr3Failure.InvalidAnswer)]
    public void A_200_without_a_text_is_invalid(string body, K2hr3Failure failure) =>
        Assert.Equal(failure, Assert.IsType<K2hr3Answer.Unavailable>(K2hr3Reading.Read(Read, 200, Encoding.UTF8.GetBytes(body), null, null, null)).Failure);

    [Fact]
    public void A_refusal_without_a_message_has_no_reason() => Assert.Equal(new K2hr3Answer.Denied(403, string.Empty), K2hr3Reading.Read(Read, 403, [], null, null, null));

    [Theory]
    [InlineData("30-resource-keys-clustername.txt", "testcluster")]
    [InlineData("31-resource-keys-mode.txt", "SLAVE")]
    [InlineData("32-resource-keys-empty-value.txt", "")]
    [InlineData("33-resource-keys-systemd.txt", "chmpx.service, k2hr3-get-resource.timer")]
    public void A_recorded_key_is_its_value(string name, string value) => Assert.Equal(value, Assert.IsType<K2hr3Answer.Text>(Replay(name, Key)).Value);

    [Fact]
    public void A_key_that_is_not_set_is_known_to_be_so() => Assert.IsType<K2hr3Answer.NoSuchKey>(Replay("34-resource-keys-UNKNOWN.txt", Key));

    [Theory]
    [InlineData("1", "1")]
    [InlineData("-2.50", "-2.50")]
    [InlineData("1e3", "1e3")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    public void A_keys_value_that_is_no_string_is_read_as_it_stands(string json, string value) =>
        Assert.Equal(value, Assert.IsType<K2hr3Answer.Text>(Answer(Key, 200, $"{{\"result\":true,\"message\":null,\"resource\":{json}}}")).Value);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void A_keys_value_that_holds_no_text_makes_no_sense(string json) =>
        Assert.IsType<K2hr3Answer.Unavailable>(Answer(Key, 200, $"{{\"result\":true,\"message\":null,\"resource\":{json}}}"));

    [Fact]
    public void A_resources_text_is_never_a_number() =>
        Assert.IsType<K2hr3Answer.Unavailable>(Answer(Read, 200, """{"result":true,"message":null,"resource":1}"""));

    /// <summary>Tenants of OpenStack's have ids of 32 letters, so that the words which matter stand behind what is kept for people.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(1000)]
    public void A_key_that_is_not_set_is_known_however_long_the_names_are(int length)
    {
        var tenant = new string('t', length);
        var message = $"resource(yrn:yahoo:::{tenant}:resource:production-sessions/slave) by role(production-sessions/slave) in tenant({tenant}) does not have value for type(keys[k2hr3-init-systemd-packages]) data.";
        Assert.IsType<K2hr3Answer.NoSuchKey>(Answer(Key, 404, $"{{\"result\":false,\"message\":\"{message}\"}}"));
        var denied = Assert.IsType<K2hr3Answer.Denied>(Answer(Read, 404, $"{{\"result\":false,\"message\":\"{message}\"}}"));
        Assert.InRange(denied.Reason.Length, 1, 201);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(1000)]
    public void A_resource_that_may_not_be_read_is_known_however_long_the_names_are(int length)
    {
        var name = new string('n', length);
        var message = $"role({name}/slave) in tenant({name}) does not allow to read access to resource(yrn:yahoo:::{name}:resource:{name}/slave).";
        Assert.True(Assert.IsType<K2hr3Answer.Denied>(Answer(Read, 404, $"{{\"result\":false,\"message\":\"{message}\"}}")).IsUnreadable);
        Assert.False(Assert.IsType<K2hr3Answer.Denied>(Answer(Read, 403, $"{{\"result\":false,\"message\":\"{message}\"}}")).IsUnreadable);
    }

    [Fact]
    public void That_answer_to_another_question_is_a_refusal() => Assert.IsType<K2hr3Answer.Denied>(Replay("34-resource-keys-UNKNOWN.txt", Read));

    [Theory]
    [InlineData("18-resource-noToken-role-BEFORE-register.txt", 404, false)]
    [InlineData("35-resource-keys-NO-keyname.txt", 400, false)]
    [InlineData("37-resource-type-BAD.txt", 400, false)]
    [InlineData("38-resource-WRONG-token.txt", 401, false)]
    [InlineData("39-resource-garbage-token.txt", 401, false)]
    [InlineData("40-resource-NO-token.txt", 400, false)]
    [InlineData("42-resource-noToken-role-wrongcuk.txt", 404, false)]
    [InlineData("43-resource-noToken-role-OTHERip.txt", 404, false)]
    [InlineData("44-resource-UNKNOWN.txt", 404, true)]
    [InlineData("45-resource-other-role-not-permitted.txt", 404, true)]
    [InlineData("46-resource-MALFORMED-yrn.txt", 404, true)]
    [InlineData("60-resource-BADTEMPLATE-nodone.txt", 404, false)]
    [InlineData("69-resource-after-delete-notoken.txt", 404, false)]
    [InlineData("71-resource-by-deleted-token.txt", 401, false)]
    [InlineData("72-unknown-path.txt", 404, false)]
    public void A_recorded_refusal_keeps_its_reason_and_never_the_token(string name, int status, bool isUnreadable)
    {
        var exchange = RecordedExchange.Load(name);
        var denied = Assert.IsType<K2hr3Answer.Denied>(Replay(name, Read));
        Assert.Equal((status, isUnreadable), (denied.Status, denied.IsUnreadable));
        Assert.InRange(denied.Reason.Length, 1, 201);
        Assert.DoesNotContain(denied.Reason, char.IsControl);
        if (exchange.Token is { } token)
        {
            Assert.DoesNotContain(token.Value, denied.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_recorded_304_says_that_nothing_changed() =>
        Assert.IsType<K2hr3Answer.NotModified>(Replay("51-resource-If-None-Match.txt", Conditional));

    [Fact]
    public void A_304_to_an_unconditional_request_is_invalid() =>
        Assert.IsType<K2hr3Answer.Unavailable>(Replay("51-resource-If-None-Match.txt", Read));

    [Fact]
    public void A_recorded_500_makes_K2HR3_unavailable() =>
        Assert.Equal(K2hr3Failure.Status, Assert.IsType<K2hr3Answer.Unavailable>(Replay("48-resource-BAD-percent.txt", Read)).Failure);

    [Theory]
    [InlineData("19-register-host-svr1.txt")]
    [InlineData("20-register-host-svr2.txt")]
    [InlineData("21-register-host-svr1-AGAIN.txt")]
    [InlineData("22-register-host-slv1.txt")]
    [InlineData("23-register-badextra.txt")]
    [InlineData("24-register-wrong-role.txt")]
    public void A_recorded_registration_is_done(string name) => Assert.IsType<K2hr3Answer.Done>(Replay(name, Register));

    [Fact]
    public void A_recorded_removal_is_done() => Assert.IsType<K2hr3Answer.Done>(Replay("66-delete-host-svr1.txt", Unregister));

    [Theory]
    [InlineData("65-delete-host-other-ip.txt")]
    [InlineData("67-delete-host-svr1-again.txt")]
    public void A_recorded_refusal_to_remove_is_one(string name) => Assert.Equal(403, Assert.IsType<K2hr3Answer.Denied>(Replay(name, Unregister)).Status);

    [Theory]
    [InlineData(200, "<html>hello</html>")]
    [InlineData(200, "")]
    [InlineData(200, "{}")]
    [InlineData(200, "null")]
    [InlineData(200, "[]")]
    [InlineData(200, "{\"result\":true,\"message\":null}")]
    [InlineData(200, "{\"result\":true,\"message\":null,\"resource\":null}")]
    [InlineData(200, "{\"result\":true,\"message\":null,\"resource\":{\"a\":1}}")]
    [InlineData(200, "{\"result\":false,\"message\":\"no\",\"resource\":\"[GLOBAL]\"}")]
    [InlineData(200, "{\"result\":\"true\",\"resource\":\"[GLOBAL]\"}")]
    [InlineData(200, "{\"result\":true,\"resource\":\"cut")]
    [InlineData(200, "{\"result\":true,\"resource\":\"\\ud800\"}")]
    [InlineData(204, "")]
    [InlineData(206, "{\"result\":true,\"message\":null,\"resource\":\"part\"}")]
    [InlineData(301, "")]
    [InlineData(302, "{\"result\":true,\"message\":null,\"resource\":\"[GLOBAL]\"}")]
    [InlineData(429, "")]
    [InlineData(418, "")]
    [InlineData(500, "")]
    [InlineData(503, "<html/>")]
    [InlineData(599, "{\"message\":7}")]
    public void What_makes_no_sense_is_a_K2HR3_that_is_away(int status, string body) => Assert.IsType<K2hr3Answer.Unavailable>(Answer(Read, status, body));

    [Theory]
    [InlineData(200, "{\"result\":false,\"message\":null}")]
    [InlineData(201, "")]
    [InlineData(204, "")]
    public void A_registration_that_does_not_say_so_is_not_done(int status, string body) => Assert.IsType<K2hr3Answer.Unavailable>(Answer(Register, status, body));

    [Fact]
    public void Bytes_that_are_no_UTF8_are_no_text() =>
        Assert.IsType<K2hr3Answer.Unavailable>(K2hr3Reading.Read(Read, 200, [.. "{\"result\":true,\"resource\":\""u8, 0xff, 0xfe, .. "\"}"u8], null, null, null));

    [Fact]
    public void A_million_brackets_are_no_answer_and_no_crash() =>
        Assert.IsType<K2hr3Answer.Unavailable>(Answer(Read, 200, $"{{\"result\":true,\"resource\":{new string('[', 1_000_000)}"));

    [Fact]
    public void A_retry_that_was_asked_for_is_passed_on() => Assert.Equal(
        TimeSpan.FromSeconds(7), Assert.IsType<K2hr3Answer.Unavailable>(K2hr3Reading.Read(Read, 503, [], null, TimeSpan.FromSeconds(7), null)).RetryAfter);

    [Fact]
    public void No_bytes_and_no_status_make_reading_fail_or_show_the_token()
    {
        var token = RoleToken.TryParse("0123456789abcdef0123456789abcdef")!;
        var piece = Gen.OneOf(
            Gen.OneOf("{", "}", "\"result\":true", "\"result\":false", ",", "\"message\":\"", "\"resource\":\"", "\"", "\\u0000", "\\", token.Value, "\n", "does not have value for type", "[", "]"),
            Gen.String[0, 4]);
        Gen.Select(Gen.OneOf(Gen.Const(Read), Gen.Const(Conditional), Gen.Const(Key), Gen.Const(Register), Gen.Const(Unregister)), Gen.OneOf(Gen.Int[100, 599], Gen.Const(200), Gen.Const(404)), piece.Array[0, 12])
            .Sample((request, status, pieces) => K2hr3Reading.Read(request, status, Encoding.UTF8.GetBytes(string.Concat(pieces)), null, null, token) switch
            {
                K2hr3Answer.Denied denied => !denied.Reason.Contains(token.Value, StringComparison.Ordinal) && denied.Reason.Length <= 201,
                K2hr3Answer.Unavailable away => !away.Reason.Contains(token.Value, StringComparison.Ordinal),
                _ => true,
            }, iter: Iterations.Of(20_000));
    }

    private static K2hr3Answer Replay(string name, K2hr3Request request)
    {
        var exchange = RecordedExchange.Load(name);
        return K2hr3Reading.Read(request, exchange.Status, Encoding.UTF8.GetBytes(exchange.Body), exchange.ETag, null, exchange.Token);
    }

    private static K2hr3Answer Answer(K2hr3Request request, int status, string body) =>
        K2hr3Reading.Read(request, status, Encoding.UTF8.GetBytes(body), null, null, null);
}
