# The agent's bill of materials (CycloneDX 1.6) from its package lock: jq --arg version V --arg runtime R --arg time T -f packaging/sbom.jq src/SlaveAgent/packages.lock.json
# Everything listed is linked into the one executable, or linked it. The same lock, version and time give the same bytes.
def ref($name; $version): "pkg:nuget/\($name)@\($version)";

($version | "pkg:generic/k2hdkc-slave-agent@\(.)") as $self
| [.dependencies | (."net10.0", ."net10.0/\($runtime)") | to_entries[] | select(.value.type != "Project") | {name: .key} + .value] | unique_by(.name | ascii_downcase) as $packages
| ($packages | map({key: (.name | ascii_downcase), value: ref(.name; .resolved)}) | from_entries) as $refs
| {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
        timestamp: $time,
        component: {type: "application", "bom-ref": $self, name: "k2hdkc-slave-agent", version: $version, licenses: [{license: {id: "MIT"}}]}
    },
    components: [$packages[] | {
        type: "library",
        "bom-ref": ref(.name; .resolved),
        name: .name,
        version: .resolved,
        purl: ref(.name; .resolved),
        properties: [{name: "nuget:contentHash", value: .contentHash}]
    }],
    dependencies: (
        [{ref: $self, dependsOn: [$packages[] | select(.type == "Direct") | ref(.name; .resolved)]}]
        + [$packages[] | {ref: ref(.name; .resolved), dependsOn: [(.dependencies // {}) | keys[] | $refs[ascii_downcase] | values]}])
}
