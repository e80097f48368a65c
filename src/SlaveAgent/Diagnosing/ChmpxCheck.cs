namespace SlaveAgent.Diagnosing;

/// <summary>Whether the local chmpx answers, and has loaded the configuration in place.</summary>
internal sealed class ChmpxCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.Chmpx;

    public CheckGroup Group => CheckGroup.Ring;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.Ini is not { } ini)
        {
            return [CheckResult.Skipped(Name, "there is no configuration that can be read")];
        }

        if (await host.ViewAsync() is not { } view)
        {
            return [CheckResult.Failed(Name, "Unresponsive", $"chmpx does not answer on control port {ini.ControlPort}", host.Systemd.WhyAbsent is null ? $"systemctl status {host.Settings.Chmpx.Unit}; the checks {CheckNames.Unit} and {CheckNames.Ini} tell what it ends on" : $"start it; its own output and the check {CheckNames.Ini} tell what it ends on"), CheckResult.Skipped(CheckNames.Generation, "chmpx does not answer")];
        }

        return
        [
            CheckResult.Ok(Name, $"process {view.Process.Pid} answers on control port {ini.ControlPort}{(view.HasPrograms is true ? ", and programs have the cluster open" : string.Empty)}"),
            view.Revision == ini.FileVersion
                ? CheckResult.Ok(CheckNames.Generation, $"chmpx has loaded generation {view.Revision}")
                : CheckResult.Failed(CheckNames.Generation, "NotLoaded", $"chmpx has loaded generation {view.Revision}, and the file is {ini.FileVersion}", host.Systemd.WhyAbsent is null ? $"k2hdkc-slave-agent regenerate --force, then systemctl restart {host.Settings.Chmpx.Unit}" : "k2hdkc-slave-agent regenerate --force, then restart chmpx"),
        ];
    }
}
