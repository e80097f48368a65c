using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class IniWriterTests
{
    private static readonly HostFiles NoFiles = new(_ => false, _ => false);

    [Fact]
    public void What_is_written_reads_as_the_same() => IniText.Orderly.Select(IniReader.Read).Sample(
        ini => IniComparison.SaysTheSame(ini, IniReader.Read(IniWriter.Write(ini, 7))), iter: Iterations.Of(10_000));

    [Fact]
    public void What_was_accepted_is_still_accepted_once_it_is_written() => IniText.Damaged.Select(IniReader.Read).Sample(
        ini =>
        {
            if (IniCheck.Check(ini, NoFiles).IsEmpty)
            {
                var again = IniReader.Read(IniWriter.Write(ini, 1));
                Assert.Empty(IniCheck.Check(again, NoFiles));
                Assert.True(IniComparison.SaysTheSame(ini, again));
            }
        },
        iter: Iterations.Of(20_000));

    [Fact]
    public void An_escaped_character_in_a_key_cannot_make_another_key_of_it_by_being_written()
    {
        var ini = IniReader.Read(SampleIni.Text.Replace("PORT = 8020", "PORT = 8020\nPO\\\\RT = 70000\n'CTLPORT' = 8021", StringComparison.Ordinal));
        Assert.Empty(IniCheck.Check(ini, NoFiles));
        var read = IniReader.Read(IniWriter.Write(ini, 1)).Servers.First();
        Assert.Equal(("8020", "8021", "70000"), (read["PORT"], read["CTLPORT"], read["PO\\RT"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void The_generation_is_stamped_once_and_in_place_of_any_other(int generation)
    {
        var text = IniWriter.Write(IniReader.Read("[GLOBAL]\nGROUP = a\nFILEVERSION = 9\n[SVRNODE]\nNAME = b\n[GLOBAL]\nFILEVERSION = 10\n"), generation);
        Assert.Equal(generation, IniReader.Read(text).FileVersion);
        Assert.Single(text.Split('\n'), line => line.StartsWith("FILEVERSION", StringComparison.Ordinal));
    }

    [Fact]
    public void A_FILEVERSION_outside_of_the_global_section_is_no_generation_and_stays() =>
        Assert.Equal("9", IniReader.Read(IniWriter.Write(IniReader.Read("[GLOBAL]\nA = 1\n[K2HDKC]\nFILEVERSION = 9"), 3)).Sections[1]["FILEVERSION"]);

    [Fact]
    public void Comments_sections_and_quotes_stay_as_written()
    {
        var text = IniWriter.Write(IniReader.Read("[GLOBAL]\n# note\nA = 'b #c' # d\n[K2HDKC]\nX = 1"), 1);
        Assert.Contains("\n# note\n", text, StringComparison.Ordinal);
        Assert.Contains("= 'b #c' # d\n", text, StringComparison.Ordinal);
        Assert.Contains("\n[K2HDKC]\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_a_value_is_written_without_one() =>
        Assert.EndsWith("\n[GLOBAL]\nFILEVERSION         = 1\nEMPTY               =\nGROUP               = a\n", IniWriter.Write(IniReader.Read("[GLOBAL]\nEMPTY =\nGROUP = a"), 1), StringComparison.Ordinal);

    [Fact]
    public void A_node_listed_again_keeps_the_comments_of_both() => Assert.Equal(
        ["# one", "# two", "NAME"],
        IniWriter.NodesOnce(IniReader.Read("[SVRNODE]\n# one\nNAME = a\n[SVRNODE]\n# two\nNAME = a")).Ini.Servers.Single().Lines.Select(line => line.Key ?? line.Written));

    [Fact]
    public void The_same_configuration_and_generation_give_the_same_text_again()
    {
        var once = IniWriter.Write(IniReader.Read(Fixture.SlaveIni()), 5);
        Assert.Equal(once, IniWriter.Write(IniReader.Read(once), 5).Replace(HeadLine(once), string.Empty, StringComparison.Ordinal).Insert(0, HeadLine(once)));
    }

    [Fact]
    public void Nodes_listed_once_are_left_alone()
    {
        var (ini, warnings) = IniWriter.NodesOnce(IniReader.Read(SampleIni.Text));
        Assert.Empty(warnings);
        Assert.Equal(IniReader.Read(SampleIni.Text).Sections.Length, ini.Sections.Length);
    }

    [Fact]
    public void A_server_listed_again_is_written_once_with_the_later_keys_and_a_warning()
    {
        var (ini, warnings) = IniWriter.NodesOnce(IniReader.Read(
            SampleIni.Text + "\n[SVRNODE]\nNAME = svr1\nCUK = cuk-new\nCTLPORT = 8021\n"));
        Assert.Equal(["cuk-new", "cuk-svr2"], ini.Servers.Select(s => s["CUK"]));
        Assert.Equal("8020", ini.Servers.First()["PORT"]);
        var warning = Assert.Single(warnings);
        Assert.Equal(IniCode.ListedAgain, warning.Code);
        Assert.Equal(33, warning.Line);
    }

    [Theory]
    [InlineData("cuk-svr1", false, "cuk-new", null, "cuk-new")]
    [InlineData("cuk-svr1", true, "cuk-new", null, "cuk-svr1")]
    [InlineData("cuk-svr1", true, "cuk-new", false, "cuk-svr1")]
    [InlineData("cuk-svr1", false, "cuk-new", true, "cuk-new")]
    public void Of_two_servers_with_one_name_and_port_the_one_that_the_ring_shows_up_is_taken(string first, bool isUp, string last, bool? lastIsUp, string taken)
    {
        var ring = new Dictionary<NodeKey, bool> { [new NodeKey(first, 8021)] = isUp };
        if (!isUp && lastIsUp is null)
        {
            ring.Clear();
        }
        else if (lastIsUp is { } known)
        {
            ring[new NodeKey(last, 8021)] = known;
        }

        var (ini, _) = IniWriter.NodesOnce(IniReader.Read(SampleIni.Text + $"\n[SVRNODE]\nNAME = svr1\nCUK = {last}\nCTLPORT = 8021\n"), ring);
        Assert.Equal(taken, ini.Servers.First()["CUK"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void This_hosts_own_entry_survives_a_predecessor_of_the_same_name(bool ownFirst)
    {
        const string Predecessor = "\n[SLVNODE]\nNAME = slv1\nCUK = cuk-gone\nCTLPORT = 8031\nCUSTOM_ID_SEED = old\n";
        var text = ownFirst ? SampleIni.Text + "\n" + Predecessor : SampleIni.Text.Replace("[SLVNODE]", $"{Predecessor}[SLVNODE]", StringComparison.Ordinal);
        var (ini, warnings) = IniWriter.NodesOnce(IniReader.Read(text));
        var self = Assert.Single(ini.Slaves);
        Assert.Equal("cuk-slv1", self["CUK"]);
        Assert.Equal("slv1", self["CUSTOM_ID_SEED"]);
        Assert.Single(warnings);
        Assert.Empty(IniCheck.Check(ini, NoFiles));
    }

    [Fact]
    public void Nodes_of_one_name_on_two_control_ports_are_two() =>
        Assert.Empty(IniWriter.NodesOnce(IniReader.Read("[SVRNODE]\nNAME = a\nCTLPORT = 1\n[SVRNODE]\nNAME = a\nCTLPORT = 2\n[SLVNODE]\nNAME = a\nCTLPORT = 1")).Warnings);

    [Fact]
    public void After_writing_each_node_once_no_node_is_there_again() => IniText.Orderly.Select(text => IniWriter.NodesOnce(IniReader.Read(text)).Ini).Sample(
        ini => IniWriter.NodesOnce(ini).Warnings.IsEmpty
            && ini.Servers.Concat(ini.Slaves).Where(s => s["NAME"] is not null).GroupBy(s => (s.Name, s["NAME"], s["CTLPORT"] ?? string.Empty)).All(node => node.Count() == 1),
        iter: Iterations.Of(5_000));

    private static string HeadLine(string text) => text[..(text.IndexOf('\n', StringComparison.Ordinal) + 1)];
}
