using CsCheck;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Identity;

public sealed class IdentityStoreTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Pending = "var/lib/k2hdkc-slave-agent/identity/pending";

    private static readonly HostIdentity C = Make("yrn:yahoo:::t:role:c/slave", "https://k2hr3.test/", "i-1", "token-of-c");
    private static readonly HostIdentity New = Make("yrn:yahoo:::u:role:new/slave", "https://other.test/", "i-1", "token-of-new");
    private static readonly Machine Parent = Keepers.Machine;
    private static readonly Machine Clone = new("0d6e1a5a-95d0-4c3e-8f5e-6b0a6e0c7d11", Parent.MachineId, "i-2");

    private TempDirectory _directory = new();

    private IdentityStore Store => new(_directory.Root);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_offered_lies_in_a_folder_and_files_of_its_owners_alone()
    {
        Store.Offer(new IdentityValues { Role = New.Who.Role.ToString(), Token = "secret" });
        Store.Accept(C, "digest", Parent, basis: null);
        foreach (var folder in new[] { "var/lib/k2hdkc-slave-agent/identity", Pending })
        {
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.At(folder)));
        }

        foreach (var file in new[] { $"{Pending}/options", "var/lib/k2hdkc-slave-agent/identity/accepted.json", "var/lib/k2hdkc-slave-agent/machine.json" })
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory.At(file)));
        }

        Assert.Equal("secret", Store.Options.Token);
    }

    [Fact]
    public void What_others_write_into_the_identity_files_is_offered_and_the_files_hold_what_was_accepted_again()
    {
        Store.Accept(C, null, Parent, basis: null);
        var before = Files();

        // 0.1.0's User Data Script writes these four, one after the other.
        Put("k2hr3-role-name", New.Who.Role.ToString());
        Assert.True(Store.Restore());
        Put("k2hr3-api-uri", "https://other.test");
        Put("k2hr3-role-token", "token-of-new");
        Assert.True(Store.Restore());

        Assert.Equal(before, Files());
        Assert.Equal((New.Who.Role.ToString(), "https://other.test", "token-of-new"), (Store.Handed.Role, Store.Handed.ApiUri, Store.Handed.Token));
        Assert.False(Store.Restore());
        Assert.Equal(C.Who.Role.ToString(), Store.Accepted!.Role);
    }

    [Fact]
    public void A_CUK_or_tag_that_others_write_is_put_right_and_offered_by_nobody()
    {
        Store.Accept(C, null, Parent, basis: null);
        Put("k2hr3-cuk", "another");
        Put("k2hr3-tag-param", "tag=another");
        Assert.False(Store.Restore());
        Assert.Equal((C.Who.Cuk, C.Who.Tag), (Store.Files.Cuk, Store.Files.Tag));
        Assert.True(Store.Handed.IsEmpty);
    }

    [Fact]
    public void Accepting_drops_the_offers_it_was_made_from_and_keeps_one_that_came_meanwhile()
    {
        Store.Offer(new IdentityValues { Role = C.Who.Role.ToString() });
        var basis = Store.Observe();
        _directory.Put($"{Pending}/user-data", "role=yrn:yahoo:::u:role:new/slave\n");
        Store.Accept(C, null, Parent, basis);
        Assert.True(Store.Options.IsEmpty);
        Assert.Equal("yrn:yahoo:::u:role:new/slave", Store.Handed.Role);
    }

    [Fact]
    public void What_was_written_while_the_identity_was_read_differs_from_what_was_observed_then()
    {
        Store.Accept(C, null, Parent, basis: null);
        Put("k2hr3-role-name", New.Who.Role.ToString());
        var observed = Store.RestoreAndObserve();
        Assert.Equal(observed, Store.Observe());
        Assert.Equal(C.Who.Role.ToString(), Store.Files.Role);
        Assert.Equal(New.Who.Role.ToString(), Store.Handed.Role);

        _directory.Put($"{Pending}/user-data", "role=yrn:yahoo:::u:role:third/slave\n");
        Assert.NotEqual(observed, Store.Observe());
        Store.ForgetOffers(observed);
        Assert.Equal("yrn:yahoo:::u:role:third/slave", Store.Handed.Role);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void What_hooks_were_told_stays_with_the_registration_and_the_machine(bool isNew, bool isClone, bool stays)
    {
        Store.Accept(C, null, Parent, basis: null);
        var files = new[] { _directory.Root.Agent.HookMemory, _directory.Root.Agent.HookRun };
        foreach (var file in files)
        {
            TempDirectory.PutAt(file, "{}");
        }

        Store.Accept(isNew ? New : C, null, isClone ? Clone : Parent, basis: null);
        Assert.All(files, file => Assert.Equal(stays, File.Exists(file)));
    }

    [Fact]
    public void Removing_leaves_nothing_of_it()
    {
        Store.Offer(new IdentityValues { Role = "x" });
        Store.Accept(C, null, Parent, basis: null);
        Store.Remove();
        Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
        Store.Remove();
    }

    [Fact]
    public void A_broken_record_is_none_and_the_identity_files_tell()
    {
        Store.Accept(C, null, Parent, basis: null);
        _directory.Put("var/lib/k2hdkc-slave-agent/identity/accepted.json", "{\"role\": 1");
        Assert.Null(Store.Accepted);
        Assert.False(Store.Restore());
        Assert.Equal(C.Who.Role.ToString(), Store.Files.Role);
    }

    /// <summary>Each step is one file replaced or removed as a whole; a power cut lies between two of them.</summary>
    [Fact]
    public void After_a_power_cut_at_any_point_of_an_acceptance_it_is_the_old_identity_or_the_new_one_and_repeating_ends_it()
    {
        var reached = new HashSet<(string? Role, bool IsPending)>();
        var steps = int.MaxValue;
        for (var cut = 0; cut <= steps; cut++)
        {
            Reopen();
            Store.Accept(C, "settings", Parent, basis: null);
            Store.Offer(Offer(New));
            var all = Store.StepsToAccept(New, "settings", Parent, Store.Observe());
            steps = Run(all, cut);

            // The next start.
            Store.Restore();

            Assert.True(Store.Accepted!.Replaces is null, $"not published after a cut at {cut}");
            var role = Store.Accepted.Role;
            reached.Add((role, !Store.Options.IsEmpty));
            Assert.Equal((role, Store.Accepted.Token), (Store.Files.Role, Store.Files.Token));
            Assert.True(Store.Handed.IsEmpty, $"what was left of a cut at {cut} was taken for an offer");
            var decision = Decide(Parent, Parent);
            Assert.Equal(role, decision.InForce!.Who.Role.ToString());
            Assert.Equal(role == New.Who.Role.ToString() ? IdentityCode.Accepted : IdentityCode.Offered, decision.Code);

            Store.Accept(New, "settings", Parent, Store.Observe());
            Assert.Equal((New.Who.Role.ToString(), "token-of-new", true), (Store.Files.Role, Store.Files.Token, Store.Options.IsEmpty));
        }

        Assert.Equal(3, reached.Count);
    }

    [Fact]
    public void After_a_power_cut_at_any_point_of_a_clones_first_acceptance_it_is_never_taken_for_its_parent()
    {
        var own = Make(C.Who.Role.ToString(), "https://k2hr3.test/", "i-2", "token-of-c");
        var steps = int.MaxValue;
        for (var cut = 0; cut <= steps; cut++)
        {
            Reopen();
            Store.Accept(C, IdentityValues.None.Digest(), Parent, basis: null);
            steps = Run(Store.StepsToAccept(own, IdentityValues.None.Digest(), Clone, Store.Observe()), cut);

            Store.Restore();

            var isOwn = !MachineCheck.Compare(MachineRecord.Load(_directory.Root), Clone).IsAnother;
            Assert.True(!isOwn || Store.Accepted!.Cuk == "i-2", $"chmpx would start as the parent after a cut at {cut}");
            var decision = Decide(MachineRecord.Load(_directory.Root)!, Clone);
            Assert.Equal(isOwn ? IdentityCode.Accepted : IdentityCode.Moved, decision.Code);
            Assert.Equal("i-2", (decision.InForce ?? decision.Offered)!.Who.Cuk);

            Store.Accept(own, IdentityValues.None.Digest(), Clone, Store.Observe());
            Assert.Equal((MachineCode.Same, "i-2"), (MachineCheck.Compare(MachineRecord.Load(_directory.Root), Clone).Code, Store.Files.Cuk));
        }
    }

    /// <summary>Any interleaving of offers, edits, acceptances and power cuts.</summary>
    [Fact]
    public void Whatever_happens_in_whatever_order_the_files_hold_what_was_accepted_and_no_offer_is_lost() => Gen.Int[0, 4].Array[1, 12].Sample(
        events =>
        {
            Reopen();
            Store.Accept(C, null, Parent, basis: null);
            string? offered = null;
            var number = 0;
            foreach (var happening in events)
            {
                var role = $"yrn:yahoo:::t:role:c{++number}/slave";
                switch (happening)
                {
                    case 0:
                        Store.Offer(new IdentityValues { Role = offered = role });
                        break;
                    case 1:
                        // A person's options stand above it.
                        Put("k2hr3-role-name", role);
                        Store.Restore();
                        offered = Store.Options.Role ?? role;
                        break;
                    case 2 when offered is not null:
                        Store.Accept(Make(offered, "https://k2hr3.test/", "i-1", "token-of-c"), null, Parent, Store.Observe());
                        offered = null;
                        break;
                    case 3 when offered is not null:
                        var accepted = Store.Accepted!.Role;
                        Run(Store.StepsToAccept(Make(offered, "https://k2hr3.test/", "i-1", "token-of-c"), null, Parent, Store.Observe()), number % 14);
                        Store.Restore();
                        if (Store.Accepted!.Role == offered && Store.Options.IsEmpty && Store.Handed.IsEmpty)
                        {
                            offered = null;
                        }

                        Assert.Contains(Store.Accepted.Role, new[] { accepted, offered ?? Store.Accepted.Role });
                        break;
                    default:
                        Store.Restore();
                        break;
                }

                Assert.Equal(Store.Accepted!.Role, Store.Files.Role);
                Assert.Equal(offered, offered is null ? null : Store.Options.Role ?? Store.Handed.Role);
            }
        },
        iter: 60,
        threads: 1);

    private void Reopen()
    {
        _directory.Dispose();
        _directory = new TempDirectory();
    }

    private static int Run(IEnumerable<Action> steps, int cut)
    {
        var done = 0;
        foreach (var step in steps)
        {
            if (done == cut)
            {
                return int.MaxValue;
            }

            step();
            done++;
        }

        return done;
    }

    private IdentityDecision Decide(Machine recorded, Machine now) => IdentityDecision.Decide(new(
        Store.Accepted, Store.Files, Store.Handed, IdentityValues.None, Store.Options, MachineCheck.Compare(recorded, now), now.InstanceId, "vm", "vm.novalocal"));

    private static IdentityValues Offer(HostIdentity identity) => new()
    {
        Role = identity.Who.Role.ToString(),
        Tenant = identity.Who.Tenant,
        ApiUri = identity.Who.ApiUri.ToString(),
        Token = identity.Token!.Value,
    };

    private static HostIdentity Make(string role, string api, string cuk, string token)
    {
        var yrn = Yrn.TryParse(role)!;
        return new(new K2hr3Identity(new Uri(api), yrn, yrn.TenantYrn, cuk, "vm.novalocal", null, null, false), RoleToken.TryParse(token), false);
    }

    private void Put(string name, string value) => _directory.Put($"etc/antpickax/{name}", value);

    private Dictionary<string, string> Files() =>
        Directory.GetFiles(_directory.At("etc/antpickax")).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
}
