using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>chmpx's rules about TLS and its files, as the OpenSSL build has them (lib/chmconf.cc, 1806-2000, 2153-2400, 2560; lib/chmeventsock.cc, IsSafeParamsForSSL).</summary>
internal static class TlsCheck
{
    private static readonly string[] ServerFiles = ["SERVER_CERT", "SERVER_PRIKEY"];

    private static readonly string[] Files = [.. ServerFiles, "SLAVE_CERT", "SLAVE_PRIKEY"];

    private static readonly string[] NeedTls = [.. ServerFiles, "NSSDB_DIR"];

    private const int LongestPath = 1023;

    public static void Check(IniDocument ini, ChmpxNodes nodes, HostFiles files, List<IniProblem> problems)
    {
        // A thousand nodes name the same few files.
        files = Remembering(files);
        CheckGlobal(ini, files, problems);
        foreach (var server in nodes.Servers)
        {
            CheckServer(ini, server, files, problems);
        }

        var rules = RulesOf(ini, nodes);
        foreach (var server in nodes.Servers)
        {
            CheckServerAmongOthers(ini, server, rules, problems);
        }

        foreach (var slave in nodes.Slaves)
        {
            CheckSlave(ini, slave, rules, files, problems);
        }

        CheckKey(ini, nodes.Self, files, problems);
    }

    /// <summary>What the servers make of all nodes' files.</summary>
    public static (bool AnyTls, bool AnyVerifies) RulesOf(IniDocument ini, ChmpxNodes nodes) =>
        (nodes.Servers.Any(server => ini.IsOn(server, "SSL")), nodes.Servers.Any(server => ini.IsOn(server, "SSL_VERIFY_PEER")));

    /// <summary>chmpx asks this of every slave's entry, also of those that it uses for nothing.</summary>
    public static void CheckSlave(IniDocument ini, IniSection slave, (bool AnyTls, bool AnyVerifies) rules, HostFiles files, List<IniProblem> problems)
    {
        CheckAuthority(slave.Find("CAPATH"), files, problems);
        CheckFile(slave.Find("SLAVE_CERT"), files, problems);
        if (!rules.AnyTls && ini.PathOf(slave, "CAPATH") is not null)
        {
            problems.Add(IniProblem.Ends(IniCode.TlsOff, slave.Line, "the [SLVNODE] has CAPATH while no server has SSL on"));
        }

        var certificate = ini.PathOf(slave, "SLAVE_CERT");
        if (certificate is not null && files.IsFile(certificate) is not false)
        {
            CheckFile(slave.Find("SLAVE_PRIKEY"), files, problems);
            if (ini.PathOf(slave, "SLAVE_PRIKEY") is null)
            {
                problems.Add(IniProblem.Ends(IniCode.TlsFileMissing, slave.Line, "the [SLVNODE] has SLAVE_CERT and no SLAVE_PRIKEY"));
            }
        }

        if (rules.AnyVerifies == certificate is null)
        {
            problems.Add(rules.AnyVerifies
                ? IniProblem.Ends(IniCode.TlsFileMissing, slave.Line, "the [SLVNODE] must have SLAVE_CERT and SLAVE_PRIKEY, because a server has SSL_VERIFY_PEER on")
                : IniProblem.Ends(IniCode.TlsOff, slave.Line, "the [SLVNODE] has SLAVE_CERT while no server has SSL_VERIFY_PEER on"));
        }
    }

    private static void CheckGlobal(IniDocument ini, HostFiles files, List<IniProblem> problems)
    {
        CheckAuthority(ini.FindGlobal("CAPATH"), files, problems);
        foreach (var key in Files)
        {
            CheckFile(ini.FindGlobal(key), files, problems);
        }

        if (ini.FindGlobal("NSSDB_DIR") is { } database && files.IsDirectory(database.Value!) is false)
        {
            problems.Add(Missing(database));
        }

        if (IniDocument.IsOn(ini.Global("SSL")))
        {
            return;
        }

        foreach (var line in NeedTls.Select(ini.FindGlobal).OfType<IniLine>().Where(line => IniDocument.PathOf(line) is not null))
        {
            problems.Add(IniProblem.Ends(IniCode.TlsOff, line.Number, $"[GLOBAL] has {line.Key} while its SSL is off"));
        }

        if (ini.FindGlobal("SSL_VERIFY_PEER") is { } verify && IniDocument.IsOn(verify.Value))
        {
            problems.Add(IniProblem.Ends(IniCode.TlsOff, verify.Number, "[GLOBAL] has SSL_VERIFY_PEER on while its SSL is off"));
        }

        if (ini.FindGlobal("SSL_MIN_VER") is { Value: { Length: > 0 } version } least && !version.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(IniProblem.Ends(IniCode.TlsOff, least.Number, "[GLOBAL] has SSL_MIN_VER while its SSL is off"));
        }
    }

    private static void CheckServer(IniDocument ini, IniSection server, HostFiles files, List<IniProblem> problems)
    {
        CheckAuthority(server.Find("CAPATH"), files, problems);
        foreach (var key in Files)
        {
            CheckFile(server.Find(key), files, problems);
        }

        var tls = ini.IsOn(server, "SSL");
        if (!tls && ini.IsOn(server, "SSL_VERIFY_PEER"))
        {
            problems.Add(IniProblem.Ends(IniCode.TlsOff, server.Line, "the [SVRNODE] has SSL_VERIFY_PEER on while SSL is off"));
        }

        foreach (var key in ServerFiles.Where(key => tls != ini.PathOf(server, key) is not null))
        {
            problems.Add(tls
                ? IniProblem.Ends(IniCode.TlsFileMissing, server.Line, $"the [SVRNODE] has SSL on and no {key}")
                : IniProblem.Ends(IniCode.TlsOff, server.Line, $"the [SVRNODE] has {key} while SSL is off"));
        }

        if (ini.PathOf(server, "SLAVE_CERT") is not null != ini.PathOf(server, "SLAVE_PRIKEY") is not null)
        {
            problems.Add(IniProblem.Ends(IniCode.TlsFileMissing, server.Line, "the [SVRNODE] must have SLAVE_CERT and SLAVE_PRIKEY both or neither"));
        }
    }

    private static void CheckServerAmongOthers(IniDocument ini, IniSection server, (bool AnyTls, bool AnyVerifies) rules, List<IniProblem> problems)
    {
        if (!rules.AnyTls && ini.PathOf(server, "CAPATH") is not null)
        {
            problems.Add(IniProblem.Ends(IniCode.TlsOff, server.Line, "the [SVRNODE] has CAPATH while no server has SSL on"));
        }

        var isGiven = ini.PathOf(server, "SLAVE_CERT") is not null || ini.PathOf(server, "SLAVE_PRIKEY") is not null;
        if (isGiven != rules.AnyVerifies)
        {
            problems.Add(rules.AnyVerifies
                ? IniProblem.Ends(IniCode.TlsFileMissing, server.Line, "the [SVRNODE] must have SLAVE_CERT and SLAVE_PRIKEY, because a server has SSL_VERIFY_PEER on")
                : IniProblem.Ends(IniCode.TlsOff, server.Line, "the [SVRNODE] has SLAVE_CERT while no server has SSL_VERIFY_PEER on"));
        }
    }

    /// <summary>chmpx loads its own certificate and key at its start, and no other's.</summary>
    private static void CheckKey(IniDocument ini, IniSection? self, HostFiles files, List<IniProblem> problems)
    {
        if (self is not null && ini.PathOf(self, "SLAVE_CERT") is { } certificate && ini.PathOf(self, "SLAVE_PRIKEY") is { } key
            && files.IsFile(certificate) is true && files.IsFile(key) is true && files.KeyFits(certificate, key) is false)
        {
            problems.Add(IniProblem.Ends(
                IniCode.KeyDoesNotFit, (self.Find("SLAVE_PRIKEY") ?? ini.FindGlobal("SLAVE_PRIKEY"))!.Number, $"SLAVE_PRIKEY {key} and SLAVE_CERT {certificate} are no key and certificate that belong together"));
        }
    }

    private static void CheckAuthority(IniLine? line, HostFiles files, List<IniProblem> problems)
    {
        if (IniDocument.PathOf(line) is { } path && files.IsFile(path) is false && files.IsDirectory(path) is false)
        {
            problems.Add(Missing(line!));
        }

        CheckLength(line, problems);
    }

    private static void CheckFile(IniLine? line, HostFiles files, List<IniProblem> problems)
    {
        if (IniDocument.PathOf(line) is { } path && files.IsFile(path) is false)
        {
            problems.Add(Missing(line!));
        }

        CheckLength(line, problems);
    }

    private static IniProblem Missing(IniLine line) => IniProblem.Ends(IniCode.FileMissing, line.Number, $"{line.Key} names \"{line.Value}\", which is not there on this host");

    private static void CheckLength(IniLine? line, List<IniProblem> problems)
    {
        if (IniDocument.PathOf(line) is { } path && Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            problems.Add(IniProblem.Ends(IniCode.TooLong, line!.Number, $"{line.Key} is longer than the {LongestPath} bytes chmpx has room for"));
        }
    }

    private static HostFiles Remembering(HostFiles files)
    {
        var known = new Dictionary<string, bool?>(StringComparer.Ordinal);
        var directories = new Dictionary<string, bool?>(StringComparer.Ordinal);
        return files with
        {
            IsFile = path => known.TryGetValue(path, out var isFile) ? isFile : known[path] = files.IsFile(path),
            IsDirectory = path => directories.TryGetValue(path, out var isDirectory) ? isDirectory : directories[path] = files.IsDirectory(path),
        };
    }
}
