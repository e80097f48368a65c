using System.Security.Cryptography;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>Roles, resources, policies and tokens of one K2HR3: who may read which resource.</summary>
internal sealed class K2hr3Store(TimeProvider time) : IDisposable
{
    // K2HR3's "no expiry" is about ten years; recorded: 2026-11-22 to 2036-11-19.
    public static readonly TimeSpan NoExpiry = TimeSpan.FromDays(3650);

    private readonly Lock _gate = new();
    private readonly RegisterPaths _registerPaths = new();
    private readonly Dictionary<string, Role> _roles = [];
    private readonly Dictionary<string, Resource> _resources = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _policies = [];
    private readonly Dictionary<string, RoleToken> _tokens = [];

    public void SetResource(Yrn yrn, Resource resource)
    {
        lock (_gate)
        {
            _resources[yrn.ToString()] = resource;
        }
    }

    public void SetPolicy(Yrn yrn, IReadOnlyList<string> readable)
    {
        lock (_gate)
        {
            _policies[yrn.ToString()] = readable;
        }
    }

    public void SetRole(Yrn yrn, IEnumerable<string> policyYrns)
    {
        lock (_gate)
        {
            var role = RoleOf(yrn);
            role.Policies.Clear();
            role.Policies.AddRange(policyYrns);
        }
    }

    public bool HasRole(Yrn yrn)
    {
        lock (_gate)
        {
            return _roles.ContainsKey(yrn.ToString());
        }
    }

    // K2HR3 does not check whether the role exists: it creates the hosts key.
    public void AddHost(Yrn role, RegisteredHost host)
    {
        lock (_gate)
        {
            RoleOf(role).Hosts[host.Key] = host;
        }
    }

    public bool RemoveHosts(Yrn role, Predicate<RegisteredHost> which)
    {
        lock (_gate)
        {
            if (!_roles.TryGetValue(role.ToString(), out var found))
            {
                return false;
            }
            var gone = found.Hosts.Where(host => which(host.Value)).Select(host => host.Key).ToList();
            gone.ForEach(key => found.Hosts.Remove(key));
            return gone.Count > 0;
        }
    }

    public IReadOnlyList<RegisteredHost> Hosts(Yrn role)
    {
        lock (_gate)
        {
            return _roles.TryGetValue(role.ToString(), out var found) ? [.. found.Hosts.Values] : [];
        }
    }

    public IReadOnlyList<string> Policies(Yrn role)
    {
        lock (_gate)
        {
            return _roles.TryGetValue(role.ToString(), out var found) ? [.. found.Policies] : [];
        }
    }

    /// <summary>A role may read what one of its policies, or one of its parents' policies, lists.</summary>
    public bool MayRead(Yrn role, string resourceYrn)
    {
        lock (_gate)
        {
            return Lineage(role)
                .SelectMany(yrn => _roles.TryGetValue(yrn.ToString(), out var found) ? found.Policies : [])
                .Any(policy => _policies.TryGetValue(policy, out var readable) && readable.Contains(resourceYrn));
        }
    }

    /// <summary>The resource with its parents' text before its own, and its own keys overriding theirs.</summary>
    public Resource? Merged(Yrn yrn)
    {
        lock (_gate)
        {
            if (!_resources.ContainsKey(yrn.ToString()))
            {
                return null;
            }
            var lineage = Lineage(yrn).Select(step => _resources.GetValueOrDefault(step.ToString())).OfType<Resource>().ToList();
            var keys = new Dictionary<string, object>();
            foreach (var (key, value) in lineage.SelectMany(resource => resource.Keys))
            {
                keys[key] = value;
            }
            return new(string.Concat(lineage.Select(resource => resource.Text)), keys);
        }
    }

    public RoleToken IssueToken(Yrn role, TimeSpan lifetime, string? address = null, string? cuk = null)
    {
        var text = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var token = new RoleToken(text, _registerPaths.Encode(role, text), role, time.GetUtcNow(), time.GetUtcNow() + lifetime, address, cuk);
        lock (_gate)
        {
            _tokens[text] = token;
        }
        return token;
    }

    public RoleToken? FindToken(string text)
    {
        lock (_gate)
        {
            return _tokens.TryGetValue(text, out var token) && token.Expires > time.GetUtcNow() ? token : null;
        }
    }

    public IReadOnlyList<RoleToken> TokensOf(Yrn role)
    {
        lock (_gate)
        {
            return [.. _tokens.Values.Where(token => token.Role == role && token.Expires > time.GetUtcNow())];
        }
    }

    public bool RemoveToken(string text)
    {
        lock (_gate)
        {
            return _tokens.Remove(text);
        }
    }

    public (Yrn Role, string Token)? ReadRegisterPath(string path) => _registerPaths.Decode(path);

    public void Dispose() => _registerPaths.Dispose();

    private Role RoleOf(Yrn yrn)
    {
        if (!_roles.TryGetValue(yrn.ToString(), out var role))
        {
            _roles[yrn.ToString()] = role = new();
        }
        return role;
    }

    // C, then C/slave: parents first.
    private static IEnumerable<Yrn> Lineage(Yrn yrn)
    {
        var parts = yrn.Path.Split('/');
        return parts.Select((_, index) => yrn with { Path = string.Join('/', parts[..(index + 1)]) });
    }
}
