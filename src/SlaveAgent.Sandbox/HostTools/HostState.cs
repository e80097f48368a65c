using System.Text;
using System.Text.Json;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary>
/// The packages of the simulated host, stored under its root so that each tool call sees the state the previous one left; and what
/// a test may set or inspect: failures, an interrupted dpkg, the log of calls.
/// </summary>
public sealed class HostState(HostLayout layout)
{
    private string Catalogue => Path.Combine(layout.State, "catalogue.json");

    private string CallLog => Path.Combine(layout.State, "calls");

    private string Failures => Path.Combine(layout.State, "failures");

    private string Interrupted => Path.Combine(layout.State, "interrupted");

    private string Lists => Path.Combine(layout.State, "lists");

    private string InstalledDirectory => Path.Combine(layout.State, "installed");

    public HostLayout Layout => layout;

    public IReadOnlyList<Package> Packages => File.Exists(Catalogue) ? JsonSerializer.Deserialize(File.ReadAllText(Catalogue), ToolJson.Default.ListPackage)! : [];

    public IReadOnlyList<string> Installed =>
        Directory.Exists(InstalledDirectory) ? [.. Directory.GetFiles(InstalledDirectory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    public IReadOnlyList<ToolCall> Calls =>
        File.Exists(CallLog) ? [.. File.ReadAllLines(CallLog).Select(line => ToolCall.Read(line))] : [];

    /// <summary>Whether a transaction was interrupted: apt then refuses to work until <c>dpkg --configure -a</c>.</summary>
    public bool IsInterrupted
    {
        get => File.Exists(Interrupted);
        set
        {
            File.Delete(Interrupted);
            if (value)
            {
                File.WriteAllText(Interrupted, "");
            }
        }
    }

    public void SetPackages(IReadOnlyList<Package> packages)
    {
        Directory.CreateDirectory(layout.State);
        File.WriteAllText(Catalogue, JsonSerializer.Serialize([.. packages], ToolJson.Default.ListPackage));
    }

    public string? InstalledVersion(string package) =>
        Path.Combine(InstalledDirectory, package) is var path && File.Exists(path) ? File.ReadAllText(path) : null;

    public void Install(Package package)
    {
        foreach (var (path, content) in package.Files)
        {
            var full = Path.Combine(layout.Root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
        }
        Directory.CreateDirectory(InstalledDirectory);
        File.WriteAllText(Path.Combine(InstalledDirectory, package.Name), package.Version);
    }

    /// <summary>Makes the tool fail once, after the failures scheduled before.</summary>
    public void ScheduleFailure(ScheduledFailure failure)
    {
        Directory.CreateDirectory(Failures);
        var number = Directory.GetFiles(Failures).Length;
        File.WriteAllText(Path.Combine(Failures, $"{number:0000}"), JsonSerializer.Serialize(failure, ToolJson.Default.ScheduledFailure));
    }

    /// <summary>The package lists as last fetched: a fresh image has none, and a repository added later is not in them.</summary>
    internal IReadOnlyList<string> KnownPackages => File.Exists(Lists) ? File.ReadAllLines(Lists) : [];

    internal void FetchLists(bool withAntPickax)
    {
        Directory.CreateDirectory(layout.State);
        File.WriteAllLines(Lists, Packages.Where(package => !package.IsFromAntPickax || withAntPickax).Select(package => package.Name));
    }

    internal ScheduledFailure? TakeFailure(string tool, IReadOnlyList<string> arguments)
    {
        foreach (var path in (string[])(Directory.Exists(Failures) ? [.. Directory.GetFiles(Failures).Order(StringComparer.Ordinal)] : []))
        {
            var failure = JsonSerializer.Deserialize(File.ReadAllText(path), ToolJson.Default.ScheduledFailure)!;
            if (failure.Tool == tool && arguments.Contains(failure.Argument))
            {
                File.Delete(path);
                return failure;
            }
        }
        return null;
    }

    internal void Log(ToolCall call)
    {
        Directory.CreateDirectory(layout.State);
        // .NET appends at the end of file as of opening it: one of two simultaneous calls would overwrite the other.
        using var guard = AcquireLogLock();
        using var file = new FileStream(CallLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.UTF8.GetBytes($"{call.Line}\n"));
    }

    private FileStream AcquireLogLock()
    {
        while (true)
        {
            try
            {
                return new(Path.Combine(layout.State, "calls.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Directory.Exists(layout.State))
            {
                Thread.Sleep(1);
            }
        }
    }
}
