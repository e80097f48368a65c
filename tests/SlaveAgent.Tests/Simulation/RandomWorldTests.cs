using System.Globalization;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Simulation;

/// <summary>
/// The core in worlds that go wrong at random: observations late, lost and contradictory, tools that fail, lie and hang, kills at any moment. What is
/// promised is checked at every second of it, and that all comes right once the trouble is over.
/// </summary>
public sealed class RandomWorldTests
{
    /// <summary>Seconds of trouble, and until all has to have come right: a K2HR3 that did not answer in time is left alone for up to ten minutes.</summary>
    private const int Trouble = 600;
    private const int End = Trouble + 1800;

    private static int Worlds => Environment.GetEnvironmentVariable("SLAVE_AGENT_WORLDS") is { } worlds ? int.Parse(worlds, CultureInfo.InvariantCulture) : 40;

    [Fact]
    public void Every_promise_holds_in_worlds_that_go_wrong_at_random()
    {
        for (var seed = 1; seed <= Worlds; seed++)
        {
            new Run(seed).Play();
        }
    }

    private sealed class Run(int seed) : IDisposable
    {
        private readonly SimulatedWorld _world = new(seed);
        private SimulatedAgent _agent = null!;
        private TimeSpan _damagedAt = TimeSpan.MaxValue;
        private TimeSpan _polledAt;
        private bool _programStopped;
        private bool _hadConfiguration;

        public void Play()
        {
            try
            {
                _agent = new SimulatedAgent(_world);
                _agent.Start();
                for (var second = 0; second < Trouble; second++)
                {
                    GoWrong();
                    PassASecond(second);
                }

                EndTrouble();
                for (var second = Trouble; second < End && WhyNotRight() is not null; second++)
                {
                    PassASecond(second);
                }

                Promise(WhyNotRight() is null, End, WhyNotRight() ?? string.Empty);
            }
            finally
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            _agent.Kill();
            _world.Dispose();
        }

        private void GoWrong()
        {
            var random = _world.Random;
            switch (random.Next(60))
            {
                case 0:
                    _world.K2hr3Trouble = (K2hr3Trouble)random.Next(7);
                    break;
                case 1 or 2:
                    _world.K2hr3Trouble = K2hr3Trouble.None;
                    break;
                case 3:
                    _world.ToolTroubles = random.NextDouble();
                    break;
                case 4 or 5:
                    _world.ToolTroubles = 0;
                    break;
                case 6 or 7:
                    _agent.Kill();
                    _agent = new SimulatedAgent(_world);
                    _agent.Start();
                    break;
                case 8 when _hadConfiguration && _damagedAt == TimeSpan.MaxValue:
                    File.Delete(_world.ConfigurationPath);
                    _damagedAt = _world.Time.Now;
                    break;
                case 9 when _hadConfiguration && _damagedAt == TimeSpan.MaxValue:
                    File.WriteAllText(_world.ConfigurationPath, "[GLOBAL]\n");
                    _damagedAt = _world.Time.Now;
                    break;
                case 10:
                    Change();
                    break;
                case 11:
                    _world.UpServers.Remove($"svr{random.Next(1, 4)}");
                    break;
                case 12:
                    _world.UpServers.UnionWith(["svr1", "svr2", "svr3"]);
                    break;
                case 13:
                    _world.Systemd.Units[SimulatedWorld.Chmpx].Stop();
                    break;
                case 14 when _world.Systemd.Units[SimulatedWorld.Program].Active == UnitActiveState.Active:
                    _world.Systemd.Units[SimulatedWorld.Program].Stop();
                    _programStopped = true;
                    break;
                case 15:
                    _world.SetRefusing($"svr{random.Next(1, 4)}");
                    break;
                case 16:
                    _world.SetRefusing();
                    break;
                case 17:
                    _world.IsRegistered = false;
                    break;
                case 18:
                    _world.Group = _world.Group == "ring" ? "other" : "ring";
                    break;
            }
        }

        private void Change()
        {
            var name = $"svr{_world.Random.Next(4, 7)}";
            if (!_world.Listed.Remove(name))
            {
                _world.Listed.Add(name);
                _world.UpServers.Add(name);
            }
        }

        private void EndTrouble()
        {
            (_world.K2hr3Trouble, _world.ToolTroubles) = (K2hr3Trouble.None, 0);
            _world.SetRefusing();
            _world.UpServers.UnionWith(_world.Listed);
        }

        private void PassASecond(int second)
        {
            var (polls, starts, requests, shows, asked) = (_world.Ring.Polls, _world.Systemd.Units[SimulatedWorld.Program].Starts, _world.Systemd.Requests.Count, _world.Systemd.Shows, _world.K2hr3Requests);
            var before = Text();
            for (var step = 0; step < 10; step++)
            {
                _world.Time.Pass(TimeSpan.FromMilliseconds(100));
                _world.Ring.Observe();
                if (Text() is { } now && now != before)
                {
                    before = now;
                    _world.NoticeFile();
                }
            }

            var isWell = _world.ReadConfiguration() is not null;
            _hadConfiguration |= isWell;
            _damagedAt = isWell ? TimeSpan.MaxValue : _damagedAt;
            Promise(_world.Time.Now - _damagedAt < TimeSpan.FromSeconds(2) || _damagedAt == TimeSpan.MaxValue, second, "a damaged configuration is back within a second");
            _polledAt = _world.Ring.Polls > polls || !isWell ? _world.Time.Now : _polledAt;
            Promise(_world.Time.Now - _polledAt <= TimeSpan.FromSeconds(2), second, "the ring is polled every second, whatever hangs");
            Promise(!_programStopped || _world.Systemd.Units[SimulatedWorld.Program].Starts == starts, second, "a program that somebody stopped is not started again");
            Promise(_world.Systemd.Requests.Count - requests <= 10 && _world.Systemd.Shows - shows <= 10 && _world.K2hr3Requests - asked <= 12, second, "no tool and no service is asked over and over");
        }

        private string? Text() => File.Exists(_world.ConfigurationPath) ? File.ReadAllText(_world.ConfigurationPath) : null;

        /// <returns>The first thing that is not as it should be; null when all is.</returns>
        private string? WhyNotRight()
        {
            var status = _agent.Status;
            var ini = _world.ReadConfiguration();
            var chmpx = _world.Systemd.Units[SimulatedWorld.Chmpx];
            return !_world.IsRegistered ? "the host is registered"
                : ini is null || !_world.Listed.ToHashSet().SetEquals(ini.Servers.Select(server => server["NAME"]!)) ? "the file lists what K2HR3 lists"
                : ini.Global("GROUP") != _world.Group ? "the file has the group that K2HR3 says"
                : _world.Ring.Loaded != ini.FileVersion ? "chmpx has loaded the file"
                : chmpx is not { Active: UnitActiveState.Active, IsEnabled: true } || chmpx.Status().NeedsReload ? "chmpx's unit is active, enabled and loaded as it is"
                : !chmpx.StartedWith.Contains("ExecStart=/usr/bin/chmpx", StringComparison.Ordinal) ? "chmpx runs by the drop-in"
                : !_world.HasPrograms && !_world.Ring.Connected.SetEquals(_world.Listed) ? "chmpx is connected to every server"
                : _world.Systemd.Units[AgentUnits.Ready].Active != UnitActiveState.Active ? "the ready target is active"
                : !_programStopped && _world.Systemd.Units[SimulatedWorld.Program].Active != UnitActiveState.Active ? "the program was started"
                : status.Connection.State is not (ConnectionStates.Connected or ConnectionStates.Degraded) ? $"the status tells of the connection: {status.Connection}"
                : status.Control.State != ControlStates.Current ? $"what K2HR3 says is in force: {status.Control}"
                : status.Find(ConditionTypes.ServicesRunning)?.Reason != Reasons.UnitsFailing ? "the unit that does not exist is named and holds up nothing"
                : null;
        }

        private void Promise(bool holds, int second, string what) => Assert.True(holds, $"seed {seed}, second {second}: not held: {what}");
    }
}
