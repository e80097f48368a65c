namespace SlaveAgent.Sandbox.Viewing;

/// <param name="Name">Without the cluster's name and the domain.</param>
/// <param name="State">Whether it runs.</param>
/// <param name="IsListed">K2HR3 lists it.</param>
/// <param name="Link">Its connection with the slave.</param>
internal sealed record ServerView(string Id, string Name, ServerState State, bool IsListed, LinkState Link);
