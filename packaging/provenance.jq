# The statement of packaging/release on how its files were made: in-toto's Statement v1 with the predicate of SLSA v1.
{
    _type: "https://in-toto.io/Statement/v1",
    subject: [$sums | split("\n")[] | select(. != "") | {name: .[66:], digest: {sha256: .[:64]}}],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
        buildDefinition: {
            buildType: "\($source)/packaging/release/v1",
            externalParameters: ({version: $version, architectures: ($architectures | split(" "))}
                # Not built by the builder.
                + if $packages == "" then {} else {packages: $packages} end),
            internalParameters: {sourceDateEpoch: $epoch, tools: ($tools | add)},
            resolvedDependencies: [
                {uri: "git+\($source)\(if $tag == "" then "" else "@refs/tags/\($tag)" end)", digest: {gitCommit: $commit}},
                ($inputs | add // {} | to_entries[] | {name: .key, digest: .value})
            ]
        },
        runDetails: {
            # Who holds the key vouches for the machine: there is no other that does.
            builder: {id: "openpgp4fpr:\($fingerprint)"},
            metadata: {startedOn: $started, finishedOn: $finished}
        }
    }
}
