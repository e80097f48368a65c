using System.Runtime.CompilerServices;

namespace SlaveAgent.Tests.Support;

/// <summary>
/// Host tools for tests, found on this process's PATH before the real ones. A stand-in acts only for units whose name begins with
/// <c>unit-under-test</c> and hands all else to the real tool, so that other tests do not notice it.
/// </summary>
internal static class Tools
{
    private const string Prefix = "unit-under-test";

    private static readonly string s_directory = Directory.CreateTempSubdirectory("slave-agent-tools-").FullName;

    /// <summary>A unit of the test's own: each systemctl call about it adds a line to its log.</summary>
    public static string NewUnit() => $"{Prefix}-{Guid.NewGuid():N}.service";

    public static string[] CallsAbout(string unit) => File.Exists(LogOf(unit)) ? File.ReadAllLines(LogOf(unit)) : [];

    /// <summary>What systemctl is to say of the unit's state until it is started, unless <c>active</c>.</summary>
    public static void SetState(string unit, string state) => File.WriteAllText(Path.Join(s_directory, $"{unit}.state"), state + "\n");

    private static string LogOf(string unit) => Path.Join(s_directory, $"{unit}.log");

    [ModuleInitializer]
    internal static void PutOnPath()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        var tool = Path.Join(s_directory, "systemctl");
        File.WriteAllText(tool, $$"""
            #!/bin/sh
            for last; do :; done
            case $last in
            {{Prefix}}-*)
                echo "$*" >> '{{s_directory}}'/"$last".log
                case $1 in
                is-active) cat '{{s_directory}}'/"$last".state 2>/dev/null || echo active ;;
                start) rm -f '{{s_directory}}'/"$last".state ;;
                esac
                exit 0 ;;
            esac
            PATH='{{path}}' exec systemctl "$@"
            """ + "\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{s_directory}:{path}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(s_directory, recursive: true);
    }
}
