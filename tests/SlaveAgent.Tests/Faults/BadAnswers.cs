using System.IO.Compression;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace SlaveAgent.Tests.Faults;

/// <summary>Every way that the HTTP suite knows.</summary>
internal static class BadAnswers
{
    private const string Jsonish = "Content-Type: application/json\r\n";

    public static IReadOnlyList<BadAnswer> All { get; } =
    [
        new("refused") { IsRefusing = true },
        new("name does not resolve") { IsUnresolved = true },
        Connected("reset at once", (_, socket, _) =>
        {
            socket.LingerState = new LingerOption(true, 0);
            return Task.CompletedTask;
        }),
        Connected("closed at once", (_, _, _) => Task.CompletedTask),
        Connected("black hole", (service, _, stream) => service.StaySilentAsync(stream)),
        Connected("another protocol's banner", (_, _, stream) => SendAsync(stream, "SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray())),
        Connected("noise", (_, _, stream) => SendAsync(stream, [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7919 >> 3))])),
        Asked("never answers", (service, _, stream) => service.StaySilentAsync(stream)),
        Asked("reset in the middle of the headers", async (_, _, stream) => await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Le"u8.ToArray())),
        Asked("slow drip", async (service, _, stream) =>
        {
            await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"result\":"u8.ToArray());
            await service.StaySilentAsync(stream);
        }),
        Asked("body cut off", (service, _, stream) => SendAsync(stream, BadService.Http(200, BadService.Json(service.Resource))[..^200])),
        Asked("length too long", (_, _, stream) => SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\nConnection: close\r\n\r\n{\"result\":true}"u8.ToArray())),
        Asked("length too short", (service, _, stream) => SendAsync(stream, [.. "HTTP/1.1 200 OK\r\nContent-Length: 40\r\nConnection: close\r\n\r\n"u8, .. Encoding.UTF8.GetBytes(BadService.Json(service.Resource))])),
        Asked("negative length", (_, _, stream) => SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{}"u8.ToArray())),
        Asked("two lengths", (_, _, stream) => SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"u8.ToArray())),
        Asked("broken chunks", (_, _, stream) => SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"u8.ToArray())),
        Asked("endless body", (_, _, stream) => EndlessAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"result\":true,\"resource\":\"", new string('a', 64 * 1024))),
        Asked("endless body with a length", (_, _, stream) => EndlessAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", new string('[', 64 * 1024))),
        Asked("endless headers", (_, _, stream) => EndlessAsync(stream, "HTTP/1.1 200 OK\r\n", "X-And: so on and so on and so on and so on\r\n")),
        Asked("endless 100-continue", (_, _, stream) => EndlessAsync(stream, string.Empty, "HTTP/1.1 100 Continue\r\n\r\n")),
        Answered("200 with HTML", _ => BadService.Http(200, "<!DOCTYPE html><html><body>Please sign in</body></html>", "Content-Type: text/html\r\n")),
        Answered("200 with result false", _ => BadService.Http(200, """{"result":false,"message":"no"}""")),
        Answered("200 with nothing", _ => BadService.Http(200, string.Empty)),
        Answered("200 with null", _ => BadService.Http(200, "null")),
        Answered("200 with a list", _ => BadService.Http(200, "[1,2,3]")),
        Answered("no resource in it", _ => BadService.Http(200, """{"result":true,"message":null}""")),
        Answered("the resource is an object", _ => BadService.Http(200, """{"result":true,"resource":{"a":[1]}}""")),
        Answered("the resource is said twice", service => BadService.Http(200, BadService.Json(service.Resource).TrimEnd('}') + ""","resource":""}""")),
        Answered("empty resource", _ => BadService.Http(200, BadService.Json(string.Empty))),
        Answered("blank resource", _ => BadService.Http(200, BadService.Json("\n \n\t\n"))),
        Answered("huge resource", service => BadService.Http(200, BadService.Json(service.Resource + "\n" + string.Concat(Enumerable.Repeat("# and more\n", 300_000))))),
        Answered("resource cut in the middle", service => BadService.Http(200, BadService.Json(service.Resource[..(service.Resource.Length / 2)]))),
        Answered("resource cut in its first section", service => BadService.Http(200, BadService.Json(service.Resource[..40]))),
        Answered("resource without servers", service => BadService.Http(200, BadService.Json(service.Resource.Replace("[SVRNODE]", "[NOTHING]", StringComparison.Ordinal)))),
        Answered("resource without this host", service => BadService.Http(200, BadService.Json(service.Resource.Replace("CUK = cuk-slv1", "CUK = cuk-other", StringComparison.Ordinal)))),
        Answered("resource full of NUL", service => BadService.Http(200, BadService.Json(service.Resource.Replace("\n", "\0\n", StringComparison.Ordinal)))),
        Answered("resource of another mode", service => BadService.Http(200, BadService.Json(service.Resource.Replace("MODE = SLAVE", "MODE = SERVER", StringComparison.Ordinal)))),
        Answered("resource with a byte order mark", service => BadService.Http(200, BadService.Json("\ufeff" + service.Resource))),
        Answered("hostile resource", service => BadService.Http(200, BadService.Json(service.Resource.Replace("GROUP = ring", "GROUP = ../../etc/passwd\u001b[2J$(reboot)" + new string('g', 5000), StringComparison.Ordinal)))),
        Answered("a lone surrogate", _ => BadService.Http(200, """{"result":true,"resource":"[GLOBAL]\ud800\n"}""")),
        Answered("no UTF-8", service => BadService.Http(200, [.. Encoding.UTF8.GetBytes(BadService.Json(service.Resource)).Select((b, i) => i % 37 == 0 ? (byte)0xc3 : b)])),
        Answered("UTF-16", service => BadService.Http(200, Encoding.Unicode.GetBytes(BadService.Json(service.Resource)), "Content-Type: application/json; charset=utf-16\r\n")),
        Answered("gzip that nobody asked for", service => BadService.Http(200, Zipped(BadService.Json(service.Resource)), "Content-Encoding: gzip\r\n")),
        Answered("a million brackets", _ => BadService.Http(200, new string('[', 1_000_000))),
        Answered("a million brackets as the resource", _ => BadService.Http(200, $$"""{"result":true,"resource":{{new string('[', 1_000_000)}}""")),
        Answered("a million braces with names", _ => BadService.Http(200, string.Concat(Enumerable.Repeat("{\"a\":", 200_000)))),
        Answered("204", _ => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray()),
        Answered("201", service => BadService.Http(201, BadService.Json(service.Resource))),
        Answered("304 never asked for", _ => "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"u8.ToArray(), isAlways: true),
        Answered("301 to elsewhere", service => BadService.Http(301, string.Empty, $"Location: {new Uri(service.Address, "/elsewhere")}\r\n")),
        Answered("302 to elsewhere", service => BadService.Http(302, string.Empty, $"Location: {new Uri(service.Address, "/elsewhere")}\r\n")),
        Answered("307 to elsewhere", service => BadService.Http(307, string.Empty, $"Location: {new Uri(service.Address, "/elsewhere")}\r\n")),
        Answered("308 to itself", service => BadService.Http(308, string.Empty, $"Location: {service.Address}\r\n")),
        Answered("400", _ => BadService.Http(400, """{"result":false,"message":"bad"}""")),
        Answered("401 that repeats the token", _ => BadService.Http(401, """{"result":false,"message":"token(e2f568bca43f5fe84c85b4c05eb64a67dd6a07a19637efd33eb875603453305a) is not existed"}""")),
        Asked("401 after 30 s", async (service, _, stream) =>
        {
            for (var second = 0; second < 30; second++)
            {
                service.Tick();
                await Task.Delay(1);
            }

            await SendAsync(stream, BadService.Http(401, """{"result":false,"message":"token is not existed"}"""));
        }),
        Answered("403", _ => BadService.Http(403, """{"result":false,"message":"no"}""")),
        Answered("404 of a store in trouble", _ => BadService.Http(404, """{"result":false,"message":"Could not get resource data for resource yrn"}""")),
        Answered("404 not readable", _ => BadService.Http(404, """{"result":false,"message":"does not allow to read access"}""")),
        Answered("407", _ => BadService.Http(407, string.Empty, "Proxy-Authenticate: Basic\r\n")),
        Answered("418", _ => BadService.Http(418, "short and stout")),
        Answered("429 with seconds", _ => BadService.Http(429, string.Empty, "Retry-After: 7\r\n")),
        Answered("429 with a date of long ago", _ => BadService.Http(429, string.Empty, "Retry-After: Fri, 31 Dec 1999 23:59:00 GMT\r\n")),
        Answered("429 with nonsense", _ => BadService.Http(429, string.Empty, "Retry-After: soon\r\n")),
        Answered("500", _ => BadService.Http(500, """{"result":false,"message":"Internal server error"}""", Jsonish)),
        Answered("502 with HTML", _ => BadService.Http(502, "<html>Bad Gateway</html>")),
        Answered("503", _ => BadService.Http(503, string.Empty, "Retry-After: 3\r\n")),
        Answered("599", _ => BadService.Http(599, string.Empty)),
        Answered("an ETag of 20,000 signs", service => BadService.Http(200, BadService.Json(service.Resource), $"ETag: \"{new string('e', 20_000)}\"\r\n")),
        Answered("an ETag that is none", service => BadService.Http(200, BadService.Json(service.Resource), "ETag: \u0001 no \"tag\r\n")),
        Answered("another version of HTTP", _ => "HTTP/9.9 200 OK\r\n\r\n{}"u8.ToArray()),
        new("certificate expired") { Certificate = "expired" },
        new("certificate of another name") { Certificate = "of another name" },
        new("certificate of an unknown authority") { Certificate = "of an unknown authority" },
#pragma warning disable SYSLIB0039, CA5397 // What is too old is what is to be refused.
        new("TLS 1.0") { Protocols = SslProtocols.Tls },
        new("TLS 1.1") { Protocols = SslProtocols.Tls11 },
#pragma warning restore SYSLIB0039, CA5397
        new("plain HTTP where TLS belongs") { NeedsTls = true, OnConnect = (service, _, stream) => SendAsync(stream, BadService.Http(200, BadService.Json(service.Resource))) },
        new("a handshake that never ends") { NeedsTls = true, OnConnect = (service, _, stream) => service.StaySilentAsync(stream) },
    ];

    private static BadAnswer Connected(string name, Func<BadService, Socket, Stream, Task> onConnect) => new(name) { OnConnect = onConnect };

    private static BadAnswer Asked(string name, Func<BadService, string, Stream, Task> onRequest) => new(name) { OnRequest = onRequest };

    private static BadAnswer Answered(string name, Func<BadService, byte[]> answer, bool isAlways = false) => Asked(name, (service, request, stream) =>
        // A 304 is right where it was asked for, unless what it stands for has changed.
        isAlways && request.Contains("If-None-Match", StringComparison.OrdinalIgnoreCase) ? SendAsync(stream, BadService.Http(500, string.Empty)) : SendAsync(stream, answer(service)));

    private static async Task SendAsync(Stream stream, byte[] bytes) => await stream.WriteAsync(bytes);

    private static async Task EndlessAsync(Stream stream, string beginning, string piece)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
        var bytes = Encoding.ASCII.GetBytes(piece);
        while (true)
        {
            await stream.WriteAsync(bytes);
        }
    }

    private static byte[] Zipped(string text)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return memory.ToArray();
    }
}
