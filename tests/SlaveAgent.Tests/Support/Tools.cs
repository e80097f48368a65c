using System.Runtime.CompilerServices;

namespace SlaveAgent.Tests.Support;

/// <summary>
/// Host tools for tests, found on this process's PATH before the real ones. A stand-in acts only for units whose name begins with
/// <c>unit-under-test</c>, and hands all else to the real tool, so that other tests do not notice it.
/// </summary>
internal static class Tools
{
    private const string Prefix = "unit-under-test";

    private static readonly string Place = Directory.CreateTempSubdirectory("slave-agent-tools-").FullName;

    /// <summary>A unit of the test's own: each systemctl call about it adds a line to its log.</summary>
    public static string NewUnit() => $"{Prefix}-{Guid.NewGuid():N}.service";

    public static string[] CallsAbout(string unit) => File.Exists(LogOf(unit)) ? File.ReadAllLines(LogOf(unit)) : [];

    /// <summary>Has a call such as <c>enable</c> fail for the unit with these words.</summary>
    public static void LetFail(string unit, string call, string words) => File.WriteAllText(Path.Join(Place, $"{unit}.fails-{call}"), words + "\n");

    /// <summary>What <c>systemctl show</c> is to say of the unit.</summary>
    public static void Show(string unit, string words) => File.WriteAllText(Path.Join(Place, $"{unit}.shown"), words + "\n");

    /// <summary>A user that only getent knows, as one of LDAP or sssd.</summary>
    public static string NewDirectoryUser(uint uid)
    {
        var name = $"{Prefix}-{Guid.NewGuid():N}";
        File.WriteAllText(Path.Join(Place, $"{name}.passwd"), $"{name}:x:{uid}:{uid}::/:/sbin/nologin\n");
        return name;
    }

    /// <summary>A user that getent fails for with these words.</summary>
    public static string NewBrokenUser(string words)
    {
        var name = $"{Prefix}-{Guid.NewGuid():N}";
        LetFail(name, "passwd", words);
        return name;
    }

    /// <summary>A group that getent fails for with these words.</summary>
    public static string NewBrokenGroup(string words)
    {
        var name = $"{Prefix}-{Guid.NewGuid():N}";
        LetFail(name, "group", words);
        return name;
    }

    private static string LogOf(string unit) => Path.Join(Place, $"{unit}.log");

    [ModuleInitializer]
    internal static void PutOnPath()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        var tool = Path.Join(Place, "systemctl");
        File.WriteAllText(tool, $$"""
            #!/bin/sh
            for last; do :; done
            unit='{{Place}}'/$last
            case $last in
            {{Prefix}}-*) ;;
            *) PATH='{{path}}' exec systemctl "$@" ;;
            esac
            echo "$*" >> "$unit.log"
            if [ -e "$unit.fails-$1" ]; then
                cat "$unit.fails-$1"
                exit 1
            fi
            case $1 in
            is-active) echo active ;;
            show) cat "$unit.shown" ;;
            esac
            """ + "\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var getent = Path.Join(Place, "getent");
        File.WriteAllText(getent, $$"""
            #!/bin/sh
            user='{{Place}}'/$2
            if [ -e "$user.fails-$1" ]; then
                cat "$user.fails-$1"
                exit 3
            fi
            [ -e "$user.$1" ] || PATH='{{path}}' exec getent "$@"
            cat "$user.$1"
            """ + "\n");
        File.SetUnixFileMode(getent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{Place}:{path}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Place, recursive: true);
    }
}
