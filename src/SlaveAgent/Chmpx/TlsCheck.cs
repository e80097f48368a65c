using System.Collections.Immutable;
using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>chmpx's rules about TLS and its files, as the OpenSSL build has them (lib/chmconf.cc 1806-2000, 2153-2400, 2560).</summary>
internal static class TlsCheck
{
    private static readonly string[] Paths = ["CAPATH", "SERVER_CERT", "SERVER_PRIKEY", "SLAVE_CERT", "SLAVE_PRIKEY", "NSSDB_DIR"];

    private static readonly string[] ServerFiles = ["SERVER_CERT", "SERVER_PRIKEY"];

    private const int LongestPath = 1023;

    public static void Check(IniDocument ini, HostFiles files, ImmutableArray<IniProblem>.Builder problems)
    {
        var sections = ini.Sections.Where(s => s.Name is IniSection.GlobalName or IniSection.ServerName or IniSection.SlaveName).ToList();
        foreach (var line in sections.SelectMany(section => Paths.Select(section.Find)).OfType<IniLine>())
        {
            CheckPath(line, files, problems);
        }

        CheckGlobal(ini, problems);
        foreach (var server in ini.Servers)
        {
            CheckServer(ini, server, problems);
        }

        var anyTls = ini.Servers.Any(server => IsOn(server["SSL"] ?? ini.Global("SSL")));
        var anyVerify = ini.Servers.Any(server => IsOn(server["SSL_VERIFY_PEER"] ?? ini.Global("SSL_VERIFY_PEER")));
        foreach (var section in sections)
        {
            CheckSlaveFiles(ini, section, anyTls, anyVerify, problems);
        }
    }

    private static void CheckPath(IniLine line, HostFiles files, ImmutableArray<IniProblem>.Builder problems)
    {
        var there = PathOf(line) switch
        {
            null => line.Key != "NSSDB_DIR",
            var path => line.Key switch
            {
                "CAPATH" => files.IsFile(path) || files.IsDirectory(path),
                "NSSDB_DIR" => files.IsDirectory(path),
                _ => files.IsFile(path),
            },
        };
        if (!there)
        {
            problems.Add(new IniProblem(line.Number, $"{line.Key} names \"{line.Value}\", which is not there on this host"));
        }
        else if (line.Value is { } value && Encoding.UTF8.GetByteCount(value) > LongestPath)
        {
            problems.Add(new IniProblem(line.Number, $"{line.Key} is longer than the {LongestPath} bytes chmpx has room for"));
        }
    }

    private static void CheckGlobal(IniDocument ini, ImmutableArray<IniProblem>.Builder problems)
    {
        if (IsOn(ini.Global("SSL")))
        {
            return;
        }

        foreach (var line in ServerFiles.Append("NSSDB_DIR").Select(ini.FindGlobal).Where(line => PathOf(line) is not null))
        {
            problems.Add(new IniProblem(line!.Number, $"[GLOBAL] has {line.Key} while its SSL is off"));
        }

        if (ini.FindGlobal("SSL_VERIFY_PEER") is { } verify && IsOn(verify.Value))
        {
            problems.Add(new IniProblem(verify.Number, "[GLOBAL] has SSL_VERIFY_PEER on while its SSL is off"));
        }

        if (ini.FindGlobal("SSL_MIN_VER") is { Value: { Length: > 0 } version } least && !version.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(new IniProblem(least.Number, "[GLOBAL] has SSL_MIN_VER while its SSL is off"));
        }
    }

    private static void CheckServer(IniDocument ini, IniSection server, ImmutableArray<IniProblem>.Builder problems)
    {
        var tls = IsOn(server["SSL"] ?? ini.Global("SSL"));
        if (!tls && IsOn(server["SSL_VERIFY_PEER"] ?? ini.Global("SSL_VERIFY_PEER")))
        {
            problems.Add(new IniProblem(server.Line, "the [SVRNODE] has SSL_VERIFY_PEER on while SSL is off"));
        }

        foreach (var key in ServerFiles)
        {
            var given = Inherited(ini, server, key) is not null;
            if (tls != given)
            {
                problems.Add(new IniProblem(server.Line, tls ? $"the [SVRNODE] has SSL on and no {key}" : $"the [SVRNODE] has {key} while SSL is off"));
            }
        }
    }

    private static void CheckSlaveFiles(IniDocument ini, IniSection section, bool anyTls, bool anyVerify, ImmutableArray<IniProblem>.Builder problems)
    {
        if (!anyTls && PathOf(section.Find("CAPATH")) is not null)
        {
            problems.Add(new IniProblem(section.Line, $"the [{section.Name}] has CAPATH while no server has SSL on"));
        }

        var certificate = Inherited(ini, section, "SLAVE_CERT") is not null;
        var key = Inherited(ini, section, "SLAVE_PRIKEY") is not null;
        if (certificate != key)
        {
            problems.Add(new IniProblem(section.Line, $"the [{section.Name}] must have SLAVE_CERT and SLAVE_PRIKEY both or neither"));
        }
        else if (certificate && !anyVerify)
        {
            problems.Add(new IniProblem(section.Line, $"the [{section.Name}] has SLAVE_CERT while no server has SSL_VERIFY_PEER on"));
        }
        else if (!certificate && anyVerify && section.Name != IniSection.GlobalName)
        {
            problems.Add(new IniProblem(section.Line, $"the [{section.Name}] must have SLAVE_CERT and SLAVE_PRIKEY, because a server has SSL_VERIFY_PEER on"));
        }
    }

    private static string? Inherited(IniDocument ini, IniSection section, string key) =>
        PathOf(section.Find(key) ?? ini.FindGlobal(key));

    // chmpx takes the word NULL for no path.
    private static string? PathOf(IniLine? line) =>
        line?.Value is { Length: > 0 } path && !path.Equals("NULL", StringComparison.OrdinalIgnoreCase) ? path : null;

    private static bool IsOn(string? value) => value?.ToLowerInvariant() is "on" or "yes";
}
