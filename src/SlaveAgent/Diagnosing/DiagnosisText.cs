using System.Text.Encodings.Web;
using System.Text.Json;
using SlaveAgent.Status;

namespace SlaveAgent.Diagnosing;

/// <summary>A report for programs and for people. Pure.</summary>
internal static class DiagnosisText
{
    private static readonly DiagnosisJsonContext Context = new(new JsonSerializerOptions(DiagnosisJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PrintableText() },
    });

    public static string Json(DiagnosisReport report) => JsonSerializer.Serialize(report, Context.DiagnosisReport);

    public static DiagnosisReport? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Context.DiagnosisReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A line a check, and below one that is not well what to do next; what is wrong is said again at the end, where a terminal stops.</summary>
    public static IEnumerable<string> Lines(DiagnosisReport report)
    {
        foreach (var group in report.Checks.GroupBy(check => check.Group))
        {
            yield return TitleOf(group.Key);
            foreach (var check in group)
            {
                yield return $"  {WordOf(check.Verdict),-8} {check.Name,-19} {(check.Subject is { } subject ? $"{subject}: " : string.Empty)}{check.Seen}{(check.Reason is { } reason ? $" ({reason})" : string.Empty)}";
                if (check.Next is { } next)
                {
                    yield return $"           {string.Empty,-19} next: {next}";
                }
            }
        }

        yield return string.Join(", ", report.Checks.GroupBy(check => check.Verdict).OrderByDescending(verdict => verdict.Key).Select(verdict => $"{verdict.Count()} {WordOf(verdict.Key)}"))
            + (report.Checks.Where(check => check.Verdict == CheckVerdict.Failed).Select(check => check.Name).Distinct().ToList() is { Count: > 0 } failed ? $"; failed: {string.Join(", ", failed)}" : string.Empty);
    }

    private static string TitleOf(CheckGroup group) => group switch
    {
        CheckGroup.K2hr3 => "From here to K2HR3",
        CheckGroup.Host => "This host",
        CheckGroup.Ring => "The ring",
        _ => "The program",
    };

    private static string WordOf(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Failed => "FAILED",
        CheckVerdict.Warning => "warning",
        CheckVerdict.Unknown => "unknown",
        CheckVerdict.Skipped => "skipped",
        _ => "ok",
    };
}
