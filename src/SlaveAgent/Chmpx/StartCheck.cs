using System.Collections.Immutable;
using SlaveAgent.Files;

namespace SlaveAgent.Chmpx;

/// <summary>
/// What chmpx would end on at its start, as its own user sees it: the agent, which has no capabilities, may not look into another user's files, and a configuration is not refused for what
/// cannot be looked at.
/// </summary>
public static class StartCheck
{
    private static readonly string[] OwnFiles = ["SLAVE_CERT", "SLAVE_PRIKEY"];

    /// <param name="hostPath">The configuration.</param>
    public static ImmutableArray<IniProblem> Make(HostRoot root, string hostPath)
    {
        if (WhyUnreadable(root.At(hostPath)) is { } why)
        {
            return [IniProblem.Ends(IniCode.FileUnreadable, 0, $"chmpx's user cannot read its configuration: {why}")];
        }

        var ini = IniReader.Read(RegularFile.ReadText(root.At(hostPath)));
        var problems = IniCheck.Check(ini, HostFiles.Of(root));
        if (ini.FindSelf() is not { } self)
        {
            return problems;
        }

        return
        [
            .. problems,
            .. from key in OwnFiles
               let path = ini.PathOf(self, key)
               where path is not null && FileStatus.OfTarget(root.At(path)) is { Kind: FileKind.Regular }
               let unreadable = WhyUnreadable(root.At(path))
               where unreadable is not null
               select IniProblem.Ends(IniCode.FileUnreadable, (self.Find(key) ?? ini.FindGlobal(key))!.Number, $"chmpx's user cannot read {key}: {unreadable}"),
        ];
    }

    private static string? WhyUnreadable(string path)
    {
        try
        {
            RegularFile.ReadText(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
