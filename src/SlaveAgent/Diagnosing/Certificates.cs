using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace SlaveAgent.Diagnosing;

/// <summary>How long a certificate still serves. Pure.</summary>
internal static class Certificates
{
    /// <summary>An authority that renews by itself does so a month before the end; who is that late has to be told.</summary>
    internal const int FewDays = 14;

    public static CheckResult DaysLeft(X509Certificate2 certificate, DateTimeOffset now) => DaysLeft(certificate.NotBefore, certificate.NotAfter, now);

    public static CheckResult DaysLeft(DateTimeOffset from, DateTimeOffset until, DateTimeOffset now)
    {
        var end = until.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
        var days = Math.Floor((until - now).TotalDays);
        return now < from ? CheckResult.Failed(CheckNames.Certificate, "NotYetValid", $"is valid only from {from.UtcDateTime:u}", "compare this host's clock with K2HR3's")
            : now > until ? CheckResult.Failed(CheckNames.Certificate, "Expired", $"ended on {end}", "renew it")
            : days < FewDays ? CheckResult.Warning(CheckNames.Certificate, "EndsSoon", $"{days:0} days left, until {end}", "renew it")
            : CheckResult.Ok(CheckNames.Certificate, $"{days:0} days left, until {end}");
    }
}
