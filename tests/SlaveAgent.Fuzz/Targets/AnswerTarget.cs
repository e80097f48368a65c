using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;

namespace SlaveAgent.Fuzz.Targets;

/// <summary>K2HR3's answers: the first byte chooses request and status, the rest is the body.</summary>
internal static class AnswerTarget
{
    private static readonly int[] Statuses = [200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 429, 500, 503, 200, 200, 404];

    private static readonly RoleToken Token = RoleToken.TryParse("0123456789abcdef")!;

    public static IReadOnlyList<string> Message { get; } =
    [
        "{\"result\":true,\"message\":null,\"resource\":\"", "{\"result\":false,\"message\":\"", "\"}", "\\u0000", "\\ud800", "\\n", "\"result\":true", "\"message\":", "\"resource\":", "{}", "[[", "null",
        Token.Value, "does not have value for type", "does not allow to read access", "chmpx,k2hr3-get-resource", "chmpx.service",
    ];

    public static void Try(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        var request = new K2hr3Request((input[0] >> 4) switch
        {
            < 4 => K2hr3RequestKind.Register,
            < 6 => K2hr3RequestKind.Unregister,
            _ => K2hr3RequestKind.Read,
        }, input[0] >> 4 is 7 or 8 or 9 ? "W/\"1\"" : null, input[0] >= 0xc0);
        var status = Statuses[input[0] & 15];
        var answer = K2hr3Reading.Read(request, status, input[1..], "W/\"2\"", null, Token);
        switch (answer)
        {
            case K2hr3Answer.Text(var text, _):
                Promise.That(status == 200 && request.Kind == K2hr3RequestKind.Read, $"a text from a {status} to {request.Kind}");
                Names(text);
                break;
            case K2hr3Answer.Done:
                Promise.That(status is 200 or 201 or 204 && request.Kind != K2hr3RequestKind.Read, $"done from a {status} to {request.Kind}");
                break;
            case K2hr3Answer.NotModified:
                Promise.That(status == 304 && request.ETag is not null, "not modified without a condition");
                break;
            case K2hr3Answer.NoSuchKey:
                Promise.That(status == 404 && request.IsKey, "no such key, and none was asked for");
                break;
            case K2hr3Answer.Denied(_, var reason):
                Reason(reason);
                break;
            case K2hr3Answer.Unavailable(_, var reason, _):
                Reason(reason);
                break;
        }
    }

    private static void Reason(string reason)
    {
        Promise.That(!reason.Contains(Token.Value, StringComparison.Ordinal), "the token is in the reason");
        Promise.That(!reason.Any(char.IsControl), "the reason has control characters");
        Promise.That(reason.Length <= 256, $"the reason has {reason.Length} characters");
    }

    private static void Names(string text)
    {
        foreach (var name in text.Split(','))
        {
            foreach (var family in new[] { PackageFamily.Debian, PackageFamily.RedHat })
            {
                Promise.That(!PackageName.IsValid(name, family) || IsHarmlessPackage(name), $"\"{name}\" passes for a package");
            }

            Promise.That(!UnitName.IsValid(name) || IsHarmless(name), $"\"{name}\" passes for a unit");
        }

        if (Yrn.TryParse(text) is { } yrn)
        {
            Promise.That(Yrn.TryParse(yrn.ToString()) == yrn, $"{yrn} does not read as itself");
            Promise.That(!yrn.ToString().Contains("/../", StringComparison.Ordinal) && !yrn.ToString().Any(char.IsWhiteSpace), $"{yrn} names another place");
        }
    }

    /// <summary>With one version or release at most, and no path: that ends in the name of a file.</summary>
    private static bool IsHarmlessPackage(string name) => name.Split('/', '=') is { Length: <= 2 } parts
        && IsHarmless(parts[0]) && (parts.Length == 1 || IsHarmless(parts[1].Replace('~', '-'))) && !name.EndsWith(".deb", StringComparison.Ordinal) && !name.EndsWith(".rpm", StringComparison.Ordinal);

    private static bool IsHarmless(string name) =>
        name.Length is > 0 and <= 256 && name[0] is not ('-' or '.' or '/') && name.All(c => char.IsAsciiLetterOrDigit(c) || "+-._:@".Contains(c, StringComparison.Ordinal));
}
