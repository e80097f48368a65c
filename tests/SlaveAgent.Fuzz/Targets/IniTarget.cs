using System.Text;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;

namespace SlaveAgent.Fuzz.Targets;

/// <summary>A resource's text from K2HR3 on its way to chmpx: what is accepted survives being written and read, and is accepted again.</summary>
internal static class IniTarget
{
    private const string Cuk = "cuk-slv1";

    private static readonly HostFiles Files = new(path => path.Length % 2 == 0, path => path.Length % 2 == 1);

    public static IReadOnlyList<string> Message { get; } =
    [
        "[GLOBAL]\n", "[SVRNODE]\n", "[SLVNODE]\n", "[K2HDKC]\n", "GROUP=", "FILEVERSION=", "MODE=SLAVE\n", "DELIVERMODE=hash\n", "CHMPXIDTYPE=", "CUSTOM", "CTLENDPOINTS", "SELFCUK=",
        "SELFCTLPORT=", "CTLPORT=", "PORT=", "NAME=", "CUK=", "CUSTOM_ID_SEED=", "SSL=", "SSL_VERIFY_PEER=", "SERVER_CERT=", "SERVER_PRIKEY=", "SLAVE_CERT=", "SLAVE_PRIKEY=", "CAPATH=",
        "K2HMASKBIT=", "MAXCHMPX=", "__SELF_INSTANCE_ID__", "INCLUDE", "yes", "no", "\\", "'", "\"", " #", "\u2028", "\u0085", "\u00a0", "\ufeff",
    ];

    public static void Try(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (ConfigurationPlan.Make(text, Cuk, Files) is not ConfigurationPlan.Usable { Ini: var ini })
        {
            return;
        }

        var written = IniWriter.Write(ini, 7);
        Promise.That(!written.AsSpan().ContainsAnyInRange('\0', '\b') && !written.AsSpan().ContainsAnyInRange('\v', '\u001f'), "a control character was written");
        var read = IniReader.Read(written);
        var problems = IniCheck.Check(read, Files);
        Promise.That(problems.IsEmpty, $"what was accepted is refused once written: {string.Join("; ", problems)}\n{written}");
        Promise.That(read.FileVersion == 7, "the generation is not the one that was stamped");
        Promise.That(IniComparison.SaysTheSame(ini, read), $"what was written says something else\n{written}");
        Promise.That(IniWriter.Write(read, 7) == written, $"written again it is another text\n{written}");
        var again = ConfigurationPlan.Make(written, Cuk, Files);
        Promise.That(again is ConfigurationPlan.Usable { Warnings.IsEmpty: true }, $"what was written would be refused or warned about as a resource\n{written}");
        Promise.That(read.FindSelf() is not null, "the host itself is not listed");
    }
}
