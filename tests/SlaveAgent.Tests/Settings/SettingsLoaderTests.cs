using CsCheck;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Settings;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_any_file_every_setting_has_its_default()
    {
        var settings = Load();
        Assert.Null(settings.K2hr3.ApiUri);
        Assert.Equal(Authentication.Token, settings.K2hr3.Authentication);
        Assert.Equal(TimeSpan.FromSeconds(40), settings.K2hr3.Timeout);
        Assert.True(settings.Host.RegisterAgain);
        Assert.Equal((UnixFileMode)0x1a4, settings.Configuration.Mode);
        Assert.Equal(5, settings.Configuration.Keep);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Configuration.SecondAnswerAfter);
        Assert.True(settings.Packages.Install);
        Assert.Equal(["k2hr3-get-resource"], settings.Packages.Superseded);
        Assert.Equal("https://packagecloud.io/antpickax/stable/gpgkey", settings.Packages.RepositoryKey);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.Packages.LockTimeout);
        Assert.Equal(["k2hr3-get-resource.timer", "k2hr3-get-resource.service"], settings.Services.Superseded);
        Assert.Equal(["k2hdkc-dbaas-override-conf", "chmpx"], settings.Slave.AntPickaxPackages);
        Assert.Equal(["chmpx.service"], settings.Slave.Services);
        Assert.Equal(new EvidenceSettings(3, TimeSpan.FromMinutes(5)), settings.Evidence);
        Assert.Equal(new ChmpxSettings("chmpx.service", Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30)), settings.Chmpx);
        Assert.Equal(
            new WatchSettings(TimeSpan.FromSeconds(60), 0.2, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)), settings.Watch);
        Assert.Equal(new RetrySettings(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)), settings.Retry);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
        Assert.Equal((InstallBy.Agent, false), (settings.Packages.InstallBy, settings.Ready.Follow));
        Assert.Equal(string.Empty, settings.Source);
    }

    [Fact]
    public void Every_setting_can_be_set()
    {
        _directory.Put("agent.yaml", """
            k2hr3:
              api_uri: https://k2hr3.example/api
              role: yrn:yahoo:::t:role:c/slave
              tenant: yrn:yahoo:::t
              token_file: /etc/token
              authentication: Address
              ca_file: /etc/ca.pem
              client_certificate: /etc/own.pem
              client_key: /etc/own.key
              timeout: 2m
              proxy: socks5://proxy.example:1080
              largest_answer: 100
            host: {cuk: a, tag: b, inboundip: 10.0.0.1, outboundip: 10.0.0.2, register_again: "no"}
            configuration: {path: /etc/x.ini, resource: yrn:x, mode: "0604", keep: 0, second_answer_after: 1s}
            packages:
              install: off
              install_by: bootstrap
              superseded: a, b ,
              antpickax: {uri: http://mirror/, key: /etc/key, distribution: bookworm}
              lock_timeout: 0s
            services: {superseded: []}
            evidence: {answers: 7, duration: 0s}
            slave: {antpickax_packages: [], services: [chmpx.service, demo.service]}
            chmpx: {unit: c.service, supervision: helper, access: all, load_deadline: 100ms, answer_deadline: 1m, connect_deadline: 1m}
            watch: {k2hr3_interval: 1s, jitter: 100%, ring_interval: 1ms, role_interval: 1s, ask_again: 50ms}
            retry: {first: 10ms, cap: 1h}
            log: {level: DEBUG}
            ready: {follow: yes}
            """);
        var settings = Load();
        Assert.Equal(
            new K2hr3Settings(new Uri("https://k2hr3.example/api"), "yrn:yahoo:::t:role:c/slave", "yrn:yahoo:::t", "/etc/token", Authentication.Address, "/etc/ca.pem", "/etc/own.pem", "/etc/own.key", TimeSpan.FromMinutes(2))
            {
                Proxy = new Uri("socks5://proxy.example:1080"),
                LargestAnswer = 100,
            },
            settings.K2hr3);
        Assert.Equal(new HostSettings("a", "b", "10.0.0.1", "10.0.0.2", false), settings.Host);
        Assert.Equal(new ConfigurationSettings("/etc/x.ini", "yrn:x", (UnixFileMode)0x184, 0, TimeSpan.FromSeconds(1)), settings.Configuration);
        Assert.Equal(["a", "b"], settings.Packages.Superseded);
        Assert.Equal((false, new Uri("http://mirror/"), "/etc/key", "bookworm", TimeSpan.Zero),
            (settings.Packages.Install, settings.Packages.Repository, settings.Packages.RepositoryKey, settings.Packages.Distribution, settings.Packages.LockTimeout));
        Assert.Empty(settings.Services.Superseded);
        Assert.Empty(settings.Slave.AntPickaxPackages);
        Assert.Equal(["chmpx.service", "demo.service"], settings.Slave.Services);
        Assert.Equal(new EvidenceSettings(7, TimeSpan.Zero), settings.Evidence);
        Assert.Equal(new ChmpxSettings("c.service", Supervision.Helper, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)) { Access = ChmpxAccess.All }, settings.Chmpx);
        Assert.Equal(
            new WatchSettings(TimeSpan.FromSeconds(1), 1, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50)), settings.Watch);
        Assert.Equal(new RetrySettings(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)), settings.Retry);
        Assert.Equal(LogLevel.Debug, settings.LogLevel);
        Assert.Equal((InstallBy.Bootstrap, true), (settings.Packages.InstallBy, settings.Ready.Follow));
    }

    [Fact]
    public void The_directorys_files_are_laid_over_the_main_one_in_the_order_of_their_names_and_options_over_all()
    {
        _directory.Put("agent.yaml", "host: {cuk: main, tag: main, inboundip: main, outboundip: main}");
        _directory.Put("conf.d/20-b.yaml", "host: {inboundip: twenty, outboundip: twenty}");
        _directory.Put("conf.d/10-a.yaml", "host: {tag: ten, inboundip: ten}");
        _directory.Put("conf.d/B.yaml", "host: {tag: capital}");
        _directory.Put("conf.d/30-off.yaml.bak", "host: {cuk: never}");
        var settings = Load(("host.outboundip", "option"));
        Assert.Equal(new HostSettings("main", "capital", "twenty", "option", true), settings.Host);
    }

    [Fact]
    public void Equal_settings_have_an_equal_source_and_others_another()
    {
        _directory.Put("agent.yaml", "host: {cuk: a, tag: b}");
        var one = Load().Source;
        _directory.Put("agent.yaml", "# words\nhost:\n  tag: b\n  cuk: a\n");
        Assert.Equal(one, Load().Source);
        _directory.Put("agent.yaml", "host: {cuk: a, tag: c}");
        Assert.NotEqual(one, Load().Source);
    }

    [Theory]
    [InlineData("watch:\n  jiter: 10%", 2, SettingsCode.UnknownName, "watch.jiter", "watch.jitter")]
    [InlineData("host:\n  cuck: a", 2, SettingsCode.UnknownName, "host.cuck", "host.cuk")]
    [InlineData("watch: 5m", 1, SettingsCode.IsSection, "watch", "ask_again", "jitter", "k2hr3_interval", "ring_interval", "role_interval")]
    [InlineData("packages:\n  antpickax: none", 2, SettingsCode.IsSection, "packages.antpickax", "distribution", "key", "key_fingerprint", "uri")]
    [InlineData("log:\n  level:\n    all: debug", 3, SettingsCode.IsNoSection, "log.level")]
    [InlineData("watch:\n  interval: 5m", 2, SettingsCode.UnknownName, "watch.interval", "ask_again", "role_interval")]
    [InlineData("servers: a", 1, SettingsCode.UnknownName, "servers", "agent.yaml(5)")]
    [InlineData("k2hr3:\n  api_uri: ftp://a", 2, SettingsCode.NotAnAddress, "k2hr3.api_uri", "\"ftp://a\"", "https")]
    [InlineData("k2hr3:\n  api_uri: https://user:word@a/", 2, SettingsCode.NotAnAddress, "k2hr3.api_uri")]
    [InlineData("k2hr3:\n  api_uri: somewhere", 2, SettingsCode.NotAnAddress, "k2hr3.api_uri", "\"somewhere\"")]
    [InlineData("k2hr3:\n  authentication: magic", 2, SettingsCode.NotAChoice, "k2hr3.authentication", "token", "address")]
    [InlineData("k2hr3:\n  timeout: 40", 2, SettingsCode.NotADuration, "k2hr3.timeout", "\"40\"", "30s", "1s")]
    [InlineData("k2hr3:\n  timeout: 100ms", 2, SettingsCode.NotADuration, "k2hr3.timeout", "1s")]
    [InlineData("host:\n  cuk: [a, b]", 2, SettingsCode.NotSingle, "host.cuk", "\"a, b\"")]
    [InlineData("host:\n  cuk: []", 2, SettingsCode.NotSingle, "host.cuk")]
    [InlineData("host:\n  register_again: maybe", 2, SettingsCode.NotAFlag, "host.register_again", "true", "false")]
    [InlineData("configuration:\n  mode: rw-r--r--", 2, SettingsCode.NotAFileMode, "configuration.mode", "0644")]
    [InlineData("configuration:\n  mode: '8'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: '1777'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: ''", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: '-1'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: 416", 2, SettingsCode.NotAFileMode, "configuration.mode", "0640")]
    [InlineData("configuration:\n  mode: 420", 2, SettingsCode.NotAFileMode, "configuration.mode", "0644")]
    [InlineData("configuration:\n  mode: '0240'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: '0646'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: '0664'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("configuration:\n  mode: '0755'", 2, SettingsCode.NotAFileMode, "configuration.mode")]
    [InlineData("k2hr3:\n  proxy: proxy.example:3128", 2, SettingsCode.NotAnAddress, "k2hr3.proxy", "http://", "none")]
    [InlineData("k2hr3:\n  proxy: http://user:word@proxy.example:3128", 2, SettingsCode.NotAnAddress, "k2hr3.proxy")]
    [InlineData("k2hr3:\n  largest_answer: 0", 2, SettingsCode.NotANumber, "k2hr3.largest_answer", "1024")]
    [InlineData("configuration:\n  keep: -1", 2, SettingsCode.NotANumber, "configuration.keep", "0", "1000")]
    [InlineData("configuration:\n  keep: 1001", 2, SettingsCode.NotANumber, "configuration.keep", "1000")]
    [InlineData("configuration:\n  keep: 1.5", 2, SettingsCode.NotANumber, "configuration.keep", "1000")]
    [InlineData("watch:\n  jitter: 101%", 2, SettingsCode.NotAPercentage, "watch.jitter", "0%", "100%")]
    [InlineData("watch:\n  jitter: -1", 2, SettingsCode.NotAPercentage, "watch.jitter")]
    [InlineData("watch:\n  jitter: NaN", 2, SettingsCode.NotAPercentage, "watch.jitter")]
    [InlineData("watch:\n  ring_interval: 0ms", 2, SettingsCode.NotADuration, "watch.ring_interval", "0.001s")]
    [InlineData("log:\n  level: loud", 2, SettingsCode.NotAChoice, "log.level", "debug", "information", "warning", "error")]
    public void A_wrong_setting_is_refused_with_file_line_and_what_it_must_be(string text, int line, SettingsCode code, string name, params string[] data)
    {
        var path = _directory.Put("agent.yaml", text);
        var problem = Assert.Throws<SettingsException>(() => Load());
        Assert.Equal((code, new SettingPlace(path, line), name), (problem.Code, problem.Place, problem.Name));
        Assert.StartsWith($"{problem.Place}", problem.Message, StringComparison.Ordinal);
        Assert.All([name, .. data], value => Assert.Contains(value, problem.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Theory]
    [InlineData("watch: {jiter: 10%}", "watch.jitter")]
    [InlineData("host: {cuck: a}", "host.cuk")]
    [InlineData("watch: {interval: 5m}", null)]
    [InlineData("servers: a", null)]
    public void Of_a_name_that_is_unknown_the_near_one_is_named(string text, string? nearest)
    {
        _directory.Put("agent.yaml", text);
        Assert.Equal(nearest, Assert.Throws<SettingsException>(() => Load()).Nearest);
    }

    [Theory]
    [InlineData("0644", 0b110_100_100)]
    [InlineData("644", 0b110_100_100)]
    [InlineData("0o640", 0b110_100_000)]
    [InlineData("'0600'", 0b110_000_000)]
    [InlineData("0400", 0b100_000_000)]
    public void A_mode_is_octal(string text, int mode)
    {
        _directory.Put("agent.yaml", $"configuration: {{mode: {text}}}");
        Assert.Equal((UnixFileMode)mode, Load().Configuration.Mode);
    }

    [Fact]
    public void A_mode_that_keeps_out_whom_chmpx_access_admits_is_refused()
    {
        _directory.Put("agent.yaml", "configuration: {mode: 0640}\nchmpx: {access: all}");
        Assert.Equal(SettingsCode.ModeExcludesPrograms, Assert.Throws<SettingsException>(() => Load()).Code);
        _directory.Put("agent.yaml", "configuration: {mode: 0640}\nchmpx: {access: group}");
        Load();
    }

    [Fact]
    public void Files_are_settings_by_either_ending_in_any_case_and_hidden_ones_are_not()
    {
        _directory.Put("agent.yaml", "host: {cuk: main, tag: main}");
        _directory.Put("agent.yml", "host: {tag: also main}");
        _directory.Put("conf.d/10.yml", "host: {cuk: ten}");
        _directory.Put("conf.d/20.YAML", "host: {inboundip: twenty}");
        _directory.Put("conf.d/.30.yaml.swp", "host: {cuk: swap}");
        _directory.Put("conf.d/.hidden.yaml", "host: {cuk: hidden}");
        _directory.Put("conf.d/40.yaml~", "host: {cuk: copy}");
        _directory.Put("conf.d/README", "host: {cuk: text}");
        var host = Load().Host;
        Assert.Equal(("ten", "also main", "twenty"), (host.Cuk, host.Tag, host.InboundAddress));
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("http://proxy.example:3128", false)]
    public void A_proxy_is_an_address_or_none(string text, bool isDirect)
    {
        _directory.Put("agent.yaml", $"k2hr3: {{proxy: \"{text}\"}}");
        Assert.Equal(isDirect, Load().K2hr3.IsDirect);
    }

    [Fact]
    public void A_wrong_option_is_named_as_one()
    {
        var problem = Assert.Throws<SettingsException>(() => Load(("host.register_again", "maybe")));
        Assert.Equal((SettingsCode.NotAFlag, new SettingPlace("option --host.register_again"), "host.register_again"), (problem.Code, problem.Place, problem.Name));
        Assert.StartsWith(problem.Place!.Source, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_that_is_wrong_is_the_one_that_is_named()
    {
        _directory.Put("agent.yaml", "host: {cuk: a}");
        var path = _directory.Put("conf.d/10.yaml", "\n\nhost: {register_again: 7}");
        var problem = Assert.Throws<SettingsException>(() => Load());
        Assert.Equal((SettingsCode.NotAFlag, new SettingPlace(path, 3), "host.register_again"), (problem.Code, problem.Place, problem.Name));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        Directory.CreateDirectory(_directory.At("conf.d/10.yaml"));
        File.CreateSymbolicLink(_directory.At("conf.d/20.yaml"), _directory.At("conf.d/20.yaml"));
        var problem = Assert.Throws<SettingsException>(() => Load());
        Assert.Equal((SettingsCode.Unreadable, new SettingPlace(_directory.At("conf.d/20.yaml"))), (problem.Code, problem.Place));
        Assert.StartsWith(problem.Place!.Source, problem.Message, StringComparison.Ordinal);
    }

    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf("watch:", "host:", "jitter:", "cuk:", "configuration:", "mode:", "keep:", "k2hr3:", "api_uri:", "retry:", "first:", "log:", "level:"),
        Gen.OneOf("\n", "\n  ", " ", "- ", "[", "]", "{", "}", ", ", "'", "\"", "|\n", ">\n", "&a ", "*a", "!!int ", "!<tag:x> ", "%YAML 1.2\n", "---\n", "...\n", "? ", ": ", "# ", "\t", "\0", "\r", "\ufeff", "\ud800", "<<: ", "@", "`"),
        Gen.OneOf("10%", "1s", "7", "http://a/", "http://[", "~", "é", "0644", "99999999999999999999"));

    // YamlDotNet 18.1.0 looked for the line's end for ever (found by fuzzing).
    [Fact]
    public async Task A_text_as_long_as_the_parsers_buffer_that_ends_within_a_directive_is_read_to_its_end() =>
        Assert.Empty(await Task.Run(() => SettingsDocument.Read("agent.yaml", "%A ".PadRight(1024, 'b')), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

    [Fact]
    public void No_text_makes_reading_fail_with_anything_but_a_message_for_a_person() => Gen.OneOf(Piece.Array[0, 14].Select(string.Concat), Gen.String).Sample(
        text =>
        {
            try
            {
                var values = new SettingsValues();
                values.Overlay(SettingsDocument.Read("agent.yaml", text));
                _ = AgentSettings.From(values);
            }
            catch (SettingsException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        },
        iter: Iterations.Of(50_000));

    [Fact]
    public void No_file_makes_loading_fail_with_anything_but_a_message_for_a_person()
    {
        Gen.OneOf(Piece.Array[0, 14].Select(string.Concat), Gen.String).Sample(
            text =>
            {
                using var directory = new TempDirectory();
                directory.Put("agent.yaml", text);
                try
                {
                    _ = Load(directory);
                }
                catch (SettingsException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            },
            iter: Iterations.Of(2_000));
    }

    private AgentSettings Load(params (string Name, string Value)[] options) => Load(_directory, options);

    private static AgentSettings Load(TempDirectory directory, params (string Name, string Value)[] options) => SettingsLoader.Load(
        directory.At("agent.yaml"),
        directory.At("conf.d"),
        options.Select(o => new KeyValuePair<string, SettingValue>(o.Name, new SettingValue([o.Value], new SettingPlace($"option --{o.Name}")))));
}
