using System.Collections.Immutable;
using System.Globalization;

namespace SlaveAgent.Hosting;

/// <summary>Reads what <c>systemctl show</c> prints: a block of <c>Key=value</c> lines for each unit, separated by empty lines. Pure.</summary>
public static class UnitStatusReader
{
    /// <summary>The properties to request, with <c>-p</c>.</summary>
    public const string Properties =
        "Id,Names,LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,NRestarts,ConditionResult,ConditionTimestampMonotonic,AssertResult,AssertTimestampMonotonic,NeedDaemonReload,MainPID,"
        + "ExecMainStartTimestampMonotonic,RequiredBy,BoundBy,UnitFileState,Type";

    /// <summary>The requested units, by these names. A unit without a block, for example because its name is invalid, is missing.</summary>
    public static ImmutableDictionary<string, UnitStatus> Read(string output, IEnumerable<string> units)
    {
        var blocks = BlocksOf(output).Select(block => (Block: block, Names: ListOf(block, "Names").Append(block.GetValueOrDefault("Id", string.Empty)).ToHashSet(StringComparer.Ordinal))).ToList();
        return units.Distinct(StringComparer.Ordinal)
            .Select(unit => (Unit: unit, Found: blocks.FirstOrDefault(block => block.Names.Contains(UnitName.WithSuffix(unit)))))
            .Where(pair => pair.Found.Block is not null)
            .ToImmutableDictionary(pair => pair.Unit, pair => StatusOf(pair.Unit, pair.Found.Block), StringComparer.Ordinal);
    }

    /// <summary>A unit of which no more is known than whether it runs and whether it is enabled.</summary>
    /// <param name="active">What <c>systemctl is-active</c> printed.</param>
    public static UnitStatus ReadStates(string unit, string active, bool isEnabled) =>
        new(unit, UnitLoadState.Loaded, ActiveOf(active), string.Empty, string.Empty, null, 0, false, false, 0, null, []) { FileState = isEnabled ? "enabled" : "disabled" };

    private static IEnumerable<Dictionary<string, string>> BlocksOf(string output)
    {
        var block = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n').Select(line => line.TrimEnd('\r')).Append(string.Empty))
        {
            if (line.Length == 0 && block.Count > 0)
            {
                yield return block;
                block = new Dictionary<string, string>(StringComparer.Ordinal);
            }
            else if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                block[line[..at]] = line[(at + 1)..];
            }
        }
    }

    private static UnitStatus StatusOf(string name, Dictionary<string, string> block)
    {
        var result = block.GetValueOrDefault("Result", string.Empty);
        return new UnitStatus(
            name,
            LoadOf(block.GetValueOrDefault("LoadState")),
            ActiveOf(block.GetValueOrDefault("ActiveState")),
            block.GetValueOrDefault("SubState", string.Empty),
            result,
            ExitOf(block),
            (int)Math.Min(Number(block, "NRestarts"), int.MaxValue),

            // "no" is also reported for a unit that was never started.
            result == "exec-condition" || IsUnmet("Condition") || IsUnmet("Assert"),
            block.GetValueOrDefault("NeedDaemonReload") == "yes",
            (int)Math.Min(Number(block, "MainPID"), int.MaxValue),
            TimeOf(block, "ExecMainStartTimestampMonotonic"),
            [.. ListOf(block, "RequiredBy").Concat(ListOf(block, "BoundBy")).Distinct(StringComparer.Ordinal)])
        {
            Id = block.GetValueOrDefault("Id") is { Length: > 0 } id && UnitName.IsValid(id) ? id : name,
            FileState = block.GetValueOrDefault("UnitFileState", string.Empty),
            Type = block.GetValueOrDefault("Type", string.Empty),
            CheckedAt = TimeOf(block, "ConditionTimestampMonotonic"),
        };

        bool IsUnmet(string check) => block.GetValueOrDefault($"{check}Result") == "no" && TimeOf(block, $"{check}TimestampMonotonic") is not null;
    }

    // CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0 while no main process has exited since the last start.
    private static MainExit? ExitOf(Dictionary<string, string> block) => Number(block, "ExecMainCode") switch
    {
        1 => new MainExit(IsSignal: false, (int)Math.Min(Number(block, "ExecMainStatus"), int.MaxValue)),
        2 or 3 => new MainExit(IsSignal: true, (int)Math.Min(Number(block, "ExecMainStatus"), int.MaxValue)),
        _ => null,
    };

    private static UnitLoadState LoadOf(string? state) => state switch
    {
        "loaded" => UnitLoadState.Loaded,
        "not-found" => UnitLoadState.NotFound,
        "masked" => UnitLoadState.Masked,
        "bad-setting" => UnitLoadState.BadSetting,
        "error" => UnitLoadState.Error,
        _ => UnitLoadState.Unknown,
    };

    private static UnitActiveState ActiveOf(string? state) => state switch
    {
        "active" => UnitActiveState.Active,
        "reloading" or "refreshing" => UnitActiveState.Reloading,
        "inactive" => UnitActiveState.Inactive,
        "failed" or "maintenance" => UnitActiveState.Failed,
        "activating" => UnitActiveState.Activating,
        "deactivating" => UnitActiveState.Deactivating,
        _ => UnitActiveState.Unknown,
    };

    private static string[] ListOf(Dictionary<string, string> block, string key) =>
        block.GetValueOrDefault(key, string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Since the host's boot; null when it never was.</summary>
    private static TimeSpan? TimeOf(Dictionary<string, string> block, string key) =>
        Number(block, key) is > 0 and < long.MaxValue / TimeSpan.TicksPerMicrosecond and var at ? TimeSpan.FromMicroseconds(at) : null;

    /// <summary>0 also when missing or not set.</summary>
    private static long Number(Dictionary<string, string> block, string key) =>
        long.TryParse(block.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
