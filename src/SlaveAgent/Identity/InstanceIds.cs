namespace SlaveAgent.Identity;

/// <summary>
/// Which of cloud-init's instance ids name one instance. Where a data source brings none, cloud-init writes a fixed text of that data source, which
/// every such host has: as CUK it would make all of them one host to K2HR3 and chmpx.
/// </summary>
public static class InstanceIds
{
    private static readonly HashSet<string> Placeholders = new(StringComparer.OrdinalIgnoreCase)
    {
        // cloud-init's own defaults, by data source: none found, one without an id, WSL, Azure, ConfigDrive, OpenStack, OpenNebula, OVF, AltCloud, NoCloud.
        "iid-datasource-none", "iid-datasource", "iid-datasource-wsl", "iid-azure-node", "iid-dsconfigdrive", "iid-dsopenstack", "iid-dsopennebula",
        "iid-dsovf", "455", "nocloud",

        // What seeds are copied with from examples.
        "iid-local01", "iid-local02", "iid-local1", "iid-local", "iid-abcdefg", "i-abcdefg", "someid/somehostname", "i-00000000",

        // A missing value written out, and what cloud-init writes where there was no instance before.
        "none", "null", "nil", "undefined", "unknown", "no_previous_instance_id", "instance-id", "localhost",
    };

    /// <summary>Whether an instance id, trimmed, stands for no instance of its own; also true of an empty text and of a UUID without a digit that differs.</summary>
    public static bool IsPlaceholder(string id) => id.Length == 0 || Placeholders.Contains(id) || Uuids.IsPlaceholder(id);
}
