namespace SlaveAgent.Sandbox.HostTools;

/// <summary>A package that can be installed: its files by path under the root, and whether it comes from AntPickax's repository.</summary>
public sealed record Package(string Name, string Version, bool IsFromAntPickax, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>
    /// The packages of the scenario. <paramref name="chmpx"/> is the executable that chmpx.service starts: the stand-in, or the real one.
    /// </summary>
    public static IReadOnlyList<Package> Catalogue(HostLayout layout, string? chmpx = null) =>
    [
        new("chmpx", "1.0.113", IsFromAntPickax: true, new Dictionary<string, string>
        {
            // chmpx blocks TERM and QUIT; HUP stops it.
            ["usr/lib/systemd/system/chmpx.service"] = Unit("CHMPX", $"{chmpx ?? Path.Combine(layout.Bin, "chmpx")} -conf {layout.ChmpxConfiguration}", "SIGHUP"),
        }),
        new("k2hr3-get-resource", "1.0.13", IsFromAntPickax: true, new Dictionary<string, string>
        {
            ["usr/lib/systemd/system/k2hr3-get-resource.timer"] = Unit("K2HR3 get resource", "", "SIGTERM"),
        }),
        new("k2hdkc-dbaas-override-conf", "1.0.5", IsFromAntPickax: true, new Dictionary<string, string>
        {
            ["etc/antpickax/override.conf"] =
                """
                k2hr3-get-resource-helper.conf:OUTPUT_FILE              = k2hdkc.ini
                chmpx-service-helper.conf:CHMPX_INI_CONF_FILE           = k2hdkc.ini
                chmpx-service-helper.conf:SUBPROCESS_USER               = k2hdkc
                k2hdkc-service-helper.conf:K2HDKC_INI_CONF_FILE         = k2hdkc.ini
                k2hdkc-service-helper.conf:SUBPROCESS_USER              = k2hdkc

                """,
        }),
        new("demo-app", "1.0", IsFromAntPickax: false, new Dictionary<string, string>
        {
            ["usr/lib/systemd/system/demo-app.service"] = Unit("A user's program that uses the cluster", "/bin/sleep 1000000", "SIGTERM"),
        }),
        new("curl", "7.88.1", IsFromAntPickax: false, new Dictionary<string, string>()),
        new("jq", "1.6", IsFromAntPickax: false, new Dictionary<string, string>()),
    ];

    /// <summary>A unit file as the supervisor reads it.</summary>
    public static string Unit(string description, string execStart, string killSignal) =>
        $"""
        [Unit]
        Description={description}

        [Service]
        ExecStart={execStart}
        KillSignal={killSignal}
        Restart=always

        [Install]
        WantedBy=multi-user.target

        """;
}
