using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Extensions.Logging;
using SlaveAgent.Composition;
using SlaveAgent.Daemon;
using SlaveAgent.Files;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>The daemon: does what is left of the bootstrap and then watches, until it is stopped.</summary>
internal static class RunCommand
{
    public static Command Create(CommonOptions options)
    {
        var command = new Command("run", "Watch over this host until stopped; what systemd starts");
        options.AddIdentityTo(command);
        command.Options.Add(options.InstallBy);
        command.SetAction(async (parsed, cancel) =>
        {
            using var hangUps = new HangUps();
            var isUnderSystemd = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 };
            var setup = options.SetupOf(parsed, optionsStand: true, orKept: true, orNone: isUnderSystemd);
            var level = Logging.SwitchOf(setup.Settings.LogLevel);
            await using var log = Logging.Create(level);
            using var turn = await FileLock.TryTakeForLongAsync(setup.Root.Agent.DaemonLock, TimeProvider.System, cancel);
            if (turn is null)
            {
                var holder = FileLock.HolderText(setup.Root.Agent.DaemonLock);
                log.Error("Another agent{Holder} watches over {Root}; this one ends. Use status or regenerate, or restart that one", holder, setup.Root.Directory);
                return ExitCode.Failed;
            }

            Heartbeat.Forget(setup.Root);
            using var host = Build(setup, () => options.SettingsOf(parsed, setup.Root), () => CommonOptions.LoadKept(setup.Root, options.Overrides(parsed)), hangUps, level, log);
            var daemon = host.Services.GetRequiredService<DaemonService>();
            await host.RunAsync(cancel);
            return daemon.ExitCode;
        });
        return command;
    }

    private static IHost Build(Setup setup, Func<AgentSettings> reload, Func<AgentSettings?> kept, HangUps hangUps, LoggingLevelSwitch level, Logger log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        // AddSerilog lets everything through to its provider; "Application started" is not for the journal.
        builder.Logging.AddSerilog(log).AddFilter<SerilogLoggerProvider>(null, Microsoft.Extensions.Logging.LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 })
        {
            // What AddSystemd() registers where it finds the parent to be systemd by its entry in /proc, which the unit's ProtectProc= hides.
            builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        }

        builder.Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);

        // A package transaction is waited for however long it takes; everything else ends at once.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(services => new DaemonService(
            setup, reload, kept, hangUps, level, services.GetService<ISystemdNotifier>(), services.GetRequiredService<IHostApplicationLifetime>(), log));
        builder.Services.AddHostedService(services => services.GetRequiredService<DaemonService>());
        return builder.Build();
    }
}
