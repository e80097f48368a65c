using CsCheck;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.K2hr3;

public sealed class YrnTests
{
    private static readonly Gen<string> Word = Gen.Char["abcXYZ019-_."].Array[1, 8].Select(c => new string(c)).Where(w => w is not ("." or ".."));

    private static readonly Gen<string> Piece = Gen.OneOf(
            Gen.OneOf("/", "..", ".", "/../", "%2e", ":", "?", "#", "&", " ", "\n", "\0", "\u0001", "\u007f", "\\", "\"", "é", "\u2028"), Word)
        .Array[0, 4].Select(string.Concat);

    private static readonly Gen<string> Wild = Gen.Select(Piece, Piece, Piece, Piece, Gen.OneOf("role", "resource", "x"), Piece)
        .Select((a, b, c, d, type, path) => $"yrn:{a}:{b}:{c}:{d}:{type}:{path}");

    [Fact]
    public void A_role_of_DBaaS_is_read_in_its_parts()
    {
        var yrn = Yrn.TryParse("yrn:yahoo:::tenant0:role:ct/slave");
        Assert.NotNull(yrn);
        Assert.Equal(("tenant0", "role", "ct/slave"), (yrn.Tenant, yrn.Type, yrn.Path));
        Assert.Equal("yrn:yahoo:::tenant0", yrn.TenantYrn);
        Assert.Equal("yrn:yahoo:::tenant0:resource:ct/slave", yrn.ToResource().ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ct/slave")]
    [InlineData("yrn:yahoo:::tenant0:role")]
    [InlineData("yrn:yahoo:::tenant0:role:")]
    [InlineData("yrn:yahoo::::role:ct")]
    [InlineData("yrn:yahoo:::tenant0:thing:ct")]
    [InlineData("urn:yahoo:::tenant0:role:ct")]
    [InlineData("yrn:yahoo:::tenant0:role:ct/../admin")]
    [InlineData("yrn:yahoo:::tenant0:role:./ct")]
    [InlineData("yrn:yahoo:::tenant0:role:/ct")]
    [InlineData("yrn:yahoo:::tenant0:role:ct//slave")]
    [InlineData("yrn:yahoo:::tenant0:role:ct/")]
    [InlineData("yrn:yahoo:::tenant0:role:ct?x=1")]
    [InlineData("yrn:yahoo:::tenant0:role:ct#x")]
    [InlineData("yrn:yahoo:::tenant0:role:ct%2f..")]
    [InlineData("yrn:yahoo:::ten?ant:role:ct")]
    [InlineData("yrn:yahoo:::ten#ant:role:ct")]
    [InlineData("yrn:yahoo:::tenant0:role:ct/%2e%2e/admin")]
    [InlineData("yrn:yahoo:::ten\nant:role:ct")]
    [InlineData("yrn:yahoo:::ten\ud800ant:role:ct")]
    [InlineData("yrn:yahoo:::tenant0:role:ct\0")]
    [InlineData("yrn:yahoo:::ten\u0001ant:role:ct")]
    [InlineData("yrn:yahoo:::../../role/x:role:ct")]
    [InlineData("yrn:yahoo:a/b::tenant0:role:ct")]
    public void What_is_no_full_name_or_would_name_another_address_is_none(string text) => Assert.Null(Yrn.TryParse(text));

    /// <summary>A Keystone project's name is free text; K2HR3 reads a path by <c>decodeURI</c>, which leaves %26, %3A and the like as they are.</summary>
    [Theory]
    [InlineData("R&D", "R&D")]
    [InlineData("it's", "it%27s")]
    [InlineData("50%", "50%25")]
    [InlineData("50%26", "50%2526")]
    [InlineData("a b", "a%20b")]
    [InlineData("a+b=c;d,e$f@g", "a+b=c;d,e$f@g")]
    [InlineData("\"<\\>`{|}^~", "%22%3C%5C%3E%60%7B%7C%7D%5E~")]
    [InlineData("開発", "%E9%96%8B%E7%99%BA")]
    public void A_tenant_called_anything_is_read_and_asked_for_under_its_own_name(string tenant, string inPath)
    {
        var yrn = Yrn.TryParse($"yrn:yahoo:::{tenant}:role:my cluster/slave");
        Assert.Equal((tenant, $"yrn:yahoo:::{inPath}:role:my%20cluster/slave"), (yrn?.Tenant, yrn?.ToPath()));
    }

    [Fact]
    public void Every_well_formed_name_reads_and_prints_as_it_was() =>
        Gen.Select(Word, Word, Gen.OneOf("role", "resource", "policy", "service"), Word.Array[1, 4]).Sample((service, tenant, type, path) =>
        {
            var text = $"yrn:yahoo:{service}::{tenant}:{type}:{string.Join('/', path)}";
            var yrn = Yrn.TryParse(text);
            return yrn?.ToString() == text && yrn.ToResource().ToResource() == yrn.ToResource() && yrn.ToResource().Path == yrn.Path;
        });

    [Fact]
    public void No_accepted_name_is_changed_into_another_by_URL_normalization() => Wild.Sample(
        text => Yrn.TryParse(text) is not { } yrn
            || new Uri($"http://k2hr3/v1/role/{yrn.ToPath()}").Segments.Length == 3 + yrn.Path.Count(c => c == '/') + 1,
        iter: Iterations.Of(50_000));

    [Fact]
    public void No_text_makes_reading_fail() => Gen.String.Sample(text => { _ = Yrn.TryParse(text); });
}
