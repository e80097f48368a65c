namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>Who created the cluster's role for slaves, which determines the keys of its resource.</summary>
public enum RoleMaker
{
    /// <summary>Trove's plugin 1.0.2 to 1.0.7 (current): all three lists are empty, and k2hdkc-dbaas-add-user is the number 1.</summary>
    Trove,

    /// <summary>The DBaaS CLI and Trove's plugin up to 1.0.1: the lists name the packages and units.</summary>
    Cli,
}
