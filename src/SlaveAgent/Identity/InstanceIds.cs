namespace SlaveAgent.Identity;

/// <summary>
/// Recognizes cloud-init's placeholder instance IDs. Where a data source provides no ID, cloud-init writes a fixed text that all such hosts share:
/// as CUK it would make them the same host for K2HR3 and chmpx.
/// </summary>
public static class InstanceIds
{
    private static readonly HashSet<string> Placeholders = new(StringComparer.OrdinalIgnoreCase)
    {
        // cloud-init's own defaults, by data source: none found, one without an id, WSL, Azure, ConfigDrive, OpenStack, OpenNebula, OVF, AltCloud, NoCloud.
        "iid-datasource-none", "iid-datasource", "iid-datasource-wsl", "iid-azure-node", "iid-dsconfigdrive", "iid-dsopenstack", "iid-dsopennebula",
        "iid-dsovf", "455", "nocloud",

        // IDs of copied examples.
        "iid-local01", "iid-local02", "iid-local1", "iid-local", "iid-abcdefg", "i-abcdefg", "someid/somehostname", "i-00000000",

        // A missing value written out, and what cloud-init writes where there was no instance before.
        "none", "null", "nil", "undefined", "unknown", "no_previous_instance_id", "instance-id", "localhost",
    };

    /// <summary>Whether a trimmed instance ID does not identify one instance; also true for an empty text and for placeholder UUIDs.</summary>
    public static bool IsPlaceholder(string id) => id.Length == 0 || Placeholders.Contains(id) || Uuids.IsPlaceholder(id);
}
