using CsCheck;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Identity;

public sealed class MachineCheckTests : IDisposable
{
    private const string Product = "4c4c4544-0043-3510-8052-b4c04f4b3332";
    private const string OtherProduct = "0d6e1a5a-95d0-4c3e-8f5e-6b0a6e0c7d11";
    private const string Id = "3d1219c7c4c5404aaa1f6d2a48adfda4";
    private const string OtherId = "11112222333344445555666677778888";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Product, Id, "i-1", Product, Id, "i-1", MachineCode.Same)]
    [InlineData(Product, Id, "i-1", Product, OtherId, null, MachineCode.Same)] // The machine id counts only without a product UUID.
    [InlineData(Product, Id, "i-1", OtherProduct, Id, "i-1", MachineCode.AnotherProduct)]
    [InlineData(Product, Id, "i-1", OtherProduct, Id, null, MachineCode.AnotherProduct)]
    [InlineData(null, Id, "i-1", null, OtherId, "i-1", MachineCode.AnotherMachineId)]
    [InlineData(Product, Id, "i-1", null, OtherId, "i-1", MachineCode.AnotherMachineId)]
    [InlineData(Product, Id, "i-1", null, Id, "i-1", MachineCode.Same)]
    [InlineData(null, Id, "i-1", null, Id, "i-2", MachineCode.AnotherInstance)] // A disk copied with its machine id.
    [InlineData(Product, Id, "i-1", Product, Id, "i-2", MachineCode.AnotherInstance)] // The containers of one host.
    [InlineData(Product, Id, null, Product, Id, "i-2", MachineCode.Same)]
    [InlineData(null, null, "i-1", null, null, "i-1", MachineCode.Same)]
    [InlineData(Product, null, null, null, Id, "i-1", MachineCode.NotKnown)]
    [InlineData(null, null, null, null, null, null, MachineCode.NotKnown)]
    public void Only_what_both_machines_tell_is_compared(string? product, string? id, string? instance, string? nowProduct, string? nowId, string? nowInstance, MachineCode code) =>
        Assert.Equal(code, MachineCheck.Compare(new(product, id, instance), new(nowProduct, nowId, nowInstance)).Code);

    [Fact]
    public void A_machine_is_never_another_than_itself_nor_than_what_cannot_be_read() =>
        Gen.Select(Maybe(Product, OtherProduct), Maybe(Id, OtherId), Maybe("i-1", "i-2")).Select((product, id, instance) => new Machine(product, id, instance))
            .Sample(machine => !MachineCheck.Compare(machine, machine).IsAnother
                && !MachineCheck.Compare(machine, new(null, null, null)).IsAnother
                && !MachineCheck.Compare(new(null, null, null), machine).IsAnother
                && MachineCheck.Compare(null, machine).Code == MachineCode.NothingRecorded);

    [Fact]
    public void The_facts_are_read_from_the_host_and_placeholders_are_none()
    {
        _directory.Put("sys/class/dmi/id/product_uuid", $"{Product.ToUpperInvariant()}\n");
        _directory.Put("etc/machine-id", $"{Id}\n");
        _directory.Put("var/lib/cloud/data/instance-id", "i-1\n");
        Assert.Equal(new Machine(Product, Id, "i-1"), HostFacts.ReadMachine(_directory.Root));

        _directory.Put("sys/class/dmi/id/product_uuid", "00000000-0000-0000-0000-000000000000\n");
        _directory.Put("etc/machine-id", "uninitialized\n");
        _directory.Put("var/lib/cloud/data/instance-id", "iid-datasource-none\n");
        Assert.Equal(new Machine(null, null, null), HostFacts.ReadMachine(_directory.Root));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("None", true)]
    [InlineData("nocloud", true)]
    [InlineData("IID-DataSource-None", true)]
    [InlineData("iid-datasource", true)]
    [InlineData("iid-local01", true)]
    [InlineData("iid-dsopenstack", true)]
    [InlineData("iid-dsconfigdrive", true)]
    [InlineData("iid-AZURE-NODE", true)]
    [InlineData("i-00000000", true)]
    [InlineData("NO_PREVIOUS_INSTANCE_ID", true)]
    [InlineData("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", true)]
    [InlineData("i-0000002a", false)]
    [InlineData("03c5220e-67a7-4e5f-9a8b-8ae746a08497", false)]
    [InlineData("nocloud-1", false)]
    public void What_cloud_init_writes_without_an_instance_is_a_placeholder(string id, bool isPlaceholder) => Assert.Equal(isPlaceholder, InstanceIds.IsPlaceholder(id));

    [Fact]
    public void The_record_is_its_owners_alone_and_read_again_as_written_and_a_broken_one_is_none()
    {
        var machine = new Machine(Product, Id, null);
        Assert.Null(MachineRecord.Load(_directory.Root));
        MachineRecord.Save(_directory.Root, machine);
        Assert.Equal(machine, MachineRecord.Load(_directory.Root));
        var path = _directory.At("var/lib/k2hdkc-slave-agent/machine.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        var before = FileStatus.Of(path)!.Version;
        MachineRecord.Save(_directory.Root, machine);
        Assert.Equal(before, FileStatus.Of(path)!.Version);

        File.WriteAllText(path, "{\"product_uuid\":");
        Assert.Null(MachineRecord.Load(_directory.Root));
    }

    private static Gen<string?> Maybe(string one, string other) => Gen.Int[0, 2].Select(i => i switch { 0 => null, 1 => one, _ => other });
}
