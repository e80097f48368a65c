using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Faults;

/// <summary>
/// The agent as a process on a host that costs next to nothing, so that it can be killed thousands of times: a real K2HR3 stand-in, a chmpx that is
/// a socket and has always loaded what is in the file, host tools that are three lines of shell.
/// </summary>
internal sealed class FaultHost : IAsyncDisposable
{
    public const string Cuk = "cuk-slave-under-fault";

    public const string MachineId = "3d1219c7c4c5404aaa1f6d2a48adfda4";

    private static readonly HostFiles AnyFiles = new(_ => true, _ => true);

    private readonly TempDirectory _directory = new();
    private readonly List<string> _texts = [];
    private readonly Listener _chmpx;
    private readonly K2hr3Service _service;
    private readonly DbaasCluster _names;
    private int _given;

    private FaultHost(K2hr3Service service, Func<FaultHost, byte[]>? chmpx)
    {
        _service = service;
        _chmpx = new Listener(async (socket, _) => await socket.SendAsync(chmpx?.Invoke(this) ?? Dump(), CancellationToken.None), isLow: true);
        _names = new DbaasCluster("demo", "mycluster")
        {
            SlaveControlPort = _chmpx.Port,
            Maker = RoleMaker.Cli,
            SlaveKeys = new Dictionary<string, string>
            {
                ["k2hr3-init-packages"] = "demo-app",
                ["k2hr3-init-packagecloud-packages"] = string.Empty,
                ["k2hr3-init-systemd-packages"] = "chmpx.service",
            },
        };
        service.CreateCluster(_names);
        Token = service.IssueToken(_names.SlaveRole).Token;
    }

    public string Token { get; }

    public K2hr3Service K2hr3 => _service;

    public DbaasCluster Names => _names;

    public string Root => _directory.At("root");

    public string IniPath => At("/etc/antpickax/k2hdkc.ini");

    public static string Program => AgentProgram.DefaultPath;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<FaultHost> CreateAsync(int servers, string settings = "", Func<FaultHost, byte[]>? chmpx = null)
    {
        var host = new FaultHost(await K2hr3Service.StartAsync(adminTenant: "demo", cancellationToken: Cancel), chmpx);
        host.WriteTools();
        host._directory.Put("root/etc/k2hdkc-slave-agent/agent.yaml",
            $"""
            k2hr3:
              api_uri: {host._service.Uri}
              role: {host._names.SlaveRole}
              tenant: {host._names.SlaveRole.TenantYrn}
            host:
              cuk: {Cuk}
              tag: slave-under-fault.novalocal
            retry:
              first: 50ms
              cap: 500ms
            watch:
              k2hr3_interval: 1s
              ring_interval: 50ms

            """);
        host._directory.Put("root/etc/k2hdkc-slave-agent/conf.d/10.yaml", settings);
        host._directory.Put("root/etc/machine-id", $"{MachineId}\n");
        host._directory.Put("root/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
        host._service.RegisterHost(host._names.SlaveRole, new RegisteredHost("127.0.0.1", Cuk, "slave-under-fault.novalocal"));
        for (var i = 0; i < servers; i++)
        {
            host.AddServer();
        }

        await host.NoteTextAsync();
        return host;
    }

    public static async Task<FaultHost> BootstrappedAsync(int servers, string settings = "", Func<FaultHost, byte[]>? chmpx = null)
    {
        var host = await CreateAsync(servers, settings, chmpx);
        var (code, output) = await host.BootstrapAsync();
        Assert.True(code == 0, output);
        return host;
    }

    /// <summary>The YRN of the resource that the agent reads.</summary>
    public string Resource => $"{_names.SlaveResource}";

    public string At(string hostPath) => Path.Join(Root, hostPath);

    /// <summary>Places a tool on the host's PATH.</summary>
    public void PutTool(string name, string script)
    {
        var path = _directory.Put($"bin/{name}.new", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(path, _directory.At($"bin/{name}"), overwrite: true);
    }

    /// <summary>A systemctl that shows every unit in this state.</summary>
    /// <param name="state">As a word of the shell.</param>
    /// <param name="start">What a start does.</param>
    public static string Systemctl(string state, string start = ":") =>
        $"""
        case "$1 $2" in
        start*) {start} ;;
        'show --value') ;;
        show*)
            while [ "$1" != -- ]; do shift; done
            shift
            state={state}
            for unit; do
                printf 'Id=%s\nLoadState=loaded\nActiveState=%s\nResult=success\nUnitFileState=enabled\nType=simple\nNeedDaemonReload=no\nMainPID=1\nExecMainStartTimestampMonotonic=1000000\n\n' "$unit" "$state"
            done ;;
        esac
        exit 0
        """;

    public string[] Calls(string tool) => File.Exists(_directory.At($"bin/{tool}.log")) ? File.ReadAllLines(_directory.At($"bin/{tool}.log")) : [];

    public string LogOf(string tool) => _directory.At($"bin/{tool}.log");

    /// <summary>Changes what K2HR3 says, so that there is something to write; by turns there is one server more and one fewer.</summary>
    public async Task ChangeAsync()
    {
        var servers = _service.Hosts(_names.ServerRole);
        if (servers.Count > 3)
        {
            _service.RemoveHost(_names.ServerRole, servers[0].Cuk!);
        }
        else
        {
            AddServer();
        }

        await NoteTextAsync();
    }

    public Task<(int ExitCode, string Output)> BootstrapAsync(params string[] wrapper) =>
        RunAsync([.. wrapper, Program, "bootstrap", "--token-file", "-", "--root", Root], Token);

    public Task<(int ExitCode, string Output)> RegenerateAsync(params string[] wrapper) =>
        RunAsync([.. wrapper, Program, "regenerate", "--force", "--root", Root], null);

    public async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, string? input)
    {
        var result = await Wrap(command).WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromString(input)).ExecuteBufferedAsync(Cancel);
        return (result.ExitCode, result.StandardOutput + result.StandardError);
    }

    /// <summary>Starts something that goes on; all it says is kept.</summary>
    public RunningAgent Start(params string[] command) => new(Wrap(command));

    public RunningAgent StartDaemon(params string[] wrapper) => Start([.. wrapper, Program, "run", "--root", Root]);

    /// <summary>What of the promise is broken; null when nothing is.</summary>
    public string? WhyBroken()
    {
        if (FileStatus.Of(IniPath) is { } status)
        {
            if (status.Kind != FileKind.Regular)
            {
                return $"{IniPath} is no regular file";
            }

            if (TryRead(IniPath) is not { } text)
            {
                return $"{IniPath} cannot be read";
            }

            var ini = IniReader.Read(text);
            if (IniCheck.Check(ini, AnyFiles) is { IsEmpty: false } problems)
            {
                return $"the file does not pass the checks: {string.Join("; ", problems)}";
            }

            if (!_texts.Any(known => ConfigurationPlan.Make(known, Cuk, AnyFiles) is ConfigurationPlan.Usable usable && IniWriter.Write(usable.Ini, ini.FileVersion!.Value) == text))
            {
                return $"the file is nothing that K2HR3 ever said:\n{text}";
            }
        }

        return WhoCanReadTheToken();
    }

    /// <summary>Whether the file says what K2HR3 says now.</summary>
    public bool IsCurrent()
    {
        return WhyBroken() is null
            && TryRead(IniPath) is { } text
            && ConfigurationPlan.Make(_texts[^1], Cuk, AnyFiles) is ConfigurationPlan.Usable usable
            && IniComparison.SaysTheSame(IniReader.Read(text), usable.Ini);
    }

    public IReadOnlyList<string> Stages => [.. Directory.EnumerateFiles(Root, ".*.stage", SearchOption.AllDirectories)];

    /// <summary>What the agent at work says of itself; null while none does.</summary>
    public AgentStatus? Status => StatusFile.TryReadOfLiving(new HostRoot(Root));

    public Task UntilConnectedAsync(RunningAgent agent) => agent.UntilAsync(() => Status is { Connection.State: ConnectionStates.Connected }, "it does not become connected");

    public Task UntilCurrentAsync(RunningAgent agent) => agent.UntilAsync(IsCurrent, "the file does not become what K2HR3 says");

    public async ValueTask DisposeAsync()
    {
        _chmpx.Dispose();
        await _service.DisposeAsync();
        _directory.Dispose();
    }

    public void AddServer()
    {
        var name = $"svr{++_given}";
        _service.RegisterHost(_names.ServerRole, new RegisteredHost($"10.0.{_given / 250}.{(_given % 250) + 1}", $"cuk-{name}", name));
    }

    /// <summary>Takes note of what K2HR3 says now as something that may be in the file.</summary>
    public async Task NoteTextAsync()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-auth-token", $"R={Token}");
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(_service.Uri, $"/v1/resource/{_names.SlaveResource}"), Cancel));
        _texts.Add(answer.RootElement.GetProperty("resource").GetString()!);
    }

    /// <summary>A chmpx that has loaded whatever is in the file and is connected to every server in it.</summary>
    public byte[] Dump()
    {
        var ini = TryRead(IniPath) is { } text ? IniReader.Read(text) : null;
        var dump = DumpText.Of(ini?.FileVersion ?? 0, [.. (ini?.Servers ?? []).Select(server => DumpText.Good(server["NAME"]!))]);
        return DumpText.From(dump, group: ini?.Global("GROUP") ?? "ring", cuk: ini?.Global("SELFCUK") ?? Cuk);
    }

    /// <summary>Reads without a lock, beside an agent that writes; null when it is gone or may not be read.</summary>
    private static string? TryRead(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? WhoCanReadTheToken()
    {
        foreach (var path in Directory.EnumerateFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            if (FileStatus.Of(path) is { Kind: FileKind.Regular } status
                && (status.Mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0
                && TryRead(path)?.Contains(Token, StringComparison.Ordinal) is true)
            {
                return $"{path} holds the token and has mode {status.Mode}";
            }
        }

        return null;
    }

    private Command Wrap(IReadOnlyList<string> command) => Cli.Wrap(command[0])
        .WithArguments(command.Skip(1))
        .WithEnvironmentVariables(e => e.Set("PATH", $"{_directory.At("bin")}:{Environment.GetEnvironmentVariable("PATH")}"))
        .WithValidation(CommandResultValidation.None);

    private void WriteTools()
    {
        const string Log = "echo \"$*\" >> \"$0.log\"\n";
        PutTool("systemctl", Log + Systemctl("active"));
        PutTool("journalctl", "exit 0");
        PutTool("dpkg-query", "printf installed");
        PutTool("apt-get", $"{Log}exit 0");
        PutTool("dpkg", $"{Log}exit 0");
        PutTool("hostname", "echo slave-under-fault");
    }
}
