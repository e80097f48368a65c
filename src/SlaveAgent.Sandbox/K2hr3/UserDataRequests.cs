using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// <c>/v1/userdata/&lt;registerpath&gt;</c> and <c>/v1/extdata/&lt;name&gt;/&lt;registerpath&gt;</c>
/// (recorded: 56; otherwise as k2hr3_api's routes/userdata.ts and routes/extdata.ts).
/// </summary>
internal sealed partial class UserDataRequests(K2hr3Store store, Func<Uri> apiUri)
{
    private const string UserDataPrefix = "/v1/userdata/";
    private const string ExtDataPrefix = "/v1/extdata/";

    private const string FallbackScript =
        """
        #!/bin/sh
        echo "k2hr3-init: invalid userdata ({{= %K2HR3_ERROR_MSG% }})"
        exit 1

        """;

    public UserDataTemplates Templates { get; set; } = new(null, null, null);

    public ConcurrentDictionary<string, ExtDataTemplate> ExtData { get; } = new();

    public Answer UserData(K2hr3Request request)
    {
        var agent = request.Headers.UserAgent.ToString().ToLowerInvariant();
        if (agent.Length == 0)
        {
            return Answer.Error(400, "GET request does not have User-Agent header");
        }
        if (!agent.Contains("cloud-init", StringComparison.Ordinal))
        {
            return Answer.Error(400, "GET request is not allowed from your client");
        }
        var path = request.Path[UserDataPrefix.Length..];
        if (path.Length == 0)
        {
            return Answer.Error(400, "GET request url does not have userdata path parameter");
        }
        using var multipart = Build(store.ReadRegisterPath(path));
        if (!AcceptsGzip(request) && !IsNewCloudInit(agent))
        {
            // cloud-init before 0.7.9: the multipart's headers become those of the answer.
            return new(200, Bytes(multipart, contentOnly: true), multipart.ContentType.ToString(FormatOptions.Default, Encoding.UTF8, false)[14..])
            {
                Headers = new Dictionary<string, string>
                {
                    ["MIME-Version"] = "1.0",
                    ["Number-Attachments"] = multipart.Count.ToString(CultureInfo.InvariantCulture),
                },
            };
        }
        return Gzipped(Bytes(multipart, contentOnly: false), "k2hr3-userdata.gz");
    }

    public Answer ExtendedData(K2hr3Request request)
    {
        var agent = request.Headers.UserAgent.ToString();
        if (agent.Length == 0)
        {
            return Answer.Error(400, "GET request does not have User-Agent header");
        }
        var parts = request.Path[ExtDataPrefix.Length..].Split('/', 2);
        if (parts is not [{ Length: > 0 } name, { Length: > 0 } path])
        {
            return Answer.Error(400, "GET request url does not have extdata path parameter");
        }
        if (!ExtData.TryGetValue(name, out var template))
        {
            return Answer.Error(400, $"GET request URL path({name}) does not exist");
        }
        if (template.UserAgent is { } only && !only.Equals(agent, StringComparison.OrdinalIgnoreCase))
        {
            return Answer.Error(400, "GET request is not allowed from your client");
        }
        if (store.ReadRegisterPath(path) is not { } registered)
        {
            return Answer.Error(400, $"GET /extdata/{name}/<path> is invalid");
        }
        var contents = Encoding.UTF8.GetBytes(Fill(template.Contents, registered, ""));
        return AcceptsGzip(request) ? Gzipped(contents, "k2hr3-extdata.gz") : new(200, contents, template.ContentType + "; charset=utf-8");
    }

    private Multipart Build((Yrn Role, string Token)? registered)
    {
        var error = registered is null ? "Get userdata path is invalid." : "";
        var parts = new Multipart("mixed");
        if (registered is null)
        {
            parts.Add(Templates.ErrorScript is { } errorScript
                ? Part("x-shellscript", "k2hr3-init-error.sh", Fill(errorScript, registered, error))
                : Part("x-shellscript", "k2hr3-init-empty.sh", Fill(FallbackScript, registered, error)));
        }
        else
        {
            if (Templates.CloudConfig is { } cloudConfig)
            {
                parts.Add(Part("cloud-config", "k2hr3-cloud-config.txt", cloudConfig));
            }
            if (Templates.Script is { } script)
            {
                parts.Add(Part("x-shellscript", "k2hr3-init.sh", Fill(script, registered, error)));
            }
            if (parts.Count == 0)
            {
                parts.Add(Part("x-shellscript", "k2hr3-init-empty.sh", Fill(FallbackScript, registered, "no script is set")));
            }
        }
        parts.Headers.Add("MIME-Version", "1.0");
        parts.Headers.Add("Number-Attachments", parts.Count.ToString(CultureInfo.InvariantCulture));
        return parts;
    }

    private string Fill(string template, (Yrn Role, string Token)? registered, string error) =>
        TemplateText.Fill(template, registered?.Role.ToString(), registered?.Role.TenantYrn, registered?.Token, apiUri().ToString().TrimEnd('/'), error);

    private static MimePart Part(string type, string fileName, string contents) => new("text", type)
    {
        ContentType = { Charset = "us-ascii" },
        ContentDisposition = new(ContentDisposition.Attachment) { FileName = fileName },
        ContentTransferEncoding = ContentEncoding.SevenBit,
        Content = new MimeContent(new MemoryStream(Encoding.UTF8.GetBytes(contents))),
    };

    private static byte[] Bytes(Multipart multipart, bool contentOnly)
    {
        // K2HR3 keeps the scripts' line breaks, and so must this: a shell fails on \r.
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Unix;
        using var stream = new MemoryStream();
        multipart.WriteTo(format, stream, contentOnly);
        return stream.ToArray();
    }

    private static Answer Gzipped(byte[] contents, string fileName)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            gzip.Write(contents);
        }
        return new(200, stream.ToArray(), "application/zip")
        {
            Headers = new Dictionary<string, string>
            {
                ["Content-Encoding"] = "gzip",
                ["Content-Transfer-Encoding"] = "binary",
                ["Content-Disposition"] = $"attachment; filename={fileName}",
            },
        };
    }

    private static bool AcceptsGzip(K2hr3Request request) => request.Headers.AcceptEncoding.ToString().Split(',')
        .Any(coding => coding.Trim().ToLowerInvariant() is "gzip" or "deflate");

    // k2hr3_api compares the three numbers one by one, so that 0.7.9 and later always get gzip.
    private static bool IsNewCloudInit(string agent) => CloudInitVersion().Match(agent) is { Success: true } version
        && (Number(version, 1) > 0 || Number(version, 2) > 7 || Number(version, 3) >= 9);

    private static int Number(Match version, int group) => int.Parse(version.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"cloud-init/(\d{1,6})\.(\d{1,6})\.(\d{1,6})")]
    private static partial Regex CloudInitVersion();
}
