using CsCheck;

namespace SlaveAgent.Tests.Support;

/// <summary>Texts that are nearly configurations.</summary>
internal static class IniText
{
    private static readonly Gen<string> Sign = Gen.OneOf(
        Gen.OneOf("[", "]", "=", "#", "\"", "'", "\\", " ", "\t", "\n", "\r\n", "\r", "\0", "\f", "\u2028", "\u0085", "é", "\ufeff", "\ud800"),
        Gen.OneOf("[GLOBAL]\n", "[SVRNODE]\n", "[SLVNODE]\n", "[K2HDKC]\n", "NAME = a\n", "CUK = b\n", "CTLPORT = 1\n", "SELFCUK = b\n", "# c\n"),
        Gen.Char['A', 'Z'].Select(c => c.ToString()));

    /// <summary>Anything at all, of the signs that matter.</summary>
    public static Gen<string> Wild { get; } = Sign.Array[0, 40].Select(string.Concat);

    /// <summary>Sections with keys and values in any writing that reads.</summary>
    public static Gen<string> Orderly { get; } =
        Gen.Select(Gen.OneOf("GLOBAL", "SVRNODE", "SLVNODE", "K2HDKC"), Line().Array[0, 6])
            .Select((name, lines) => $"[{name}]\n{string.Concat(lines)}")
            .Array[1, 6].Select(sections => $"[GLOBAL]\nFILEVERSION = 3\n{string.Concat(sections)}");

    /// <summary>A good configuration with some of its signs changed.</summary>
    public static Gen<string> Damaged { get; } =
        Gen.Select(Gen.Int[0, SampleIni.Text.Length - 1], Gen.Int[0, 20], Sign)
            .Array[1, 4].Select(cuts => cuts.Aggregate(SampleIni.Text, (text, cut) =>
            {
                var (at, length, put) = cut;
                var from = Math.Min(at, text.Length);
                return text[..from] + put + text[Math.Min(text.Length, from + length)..];
            }));

    private static Gen<string> Line() => Gen.OneOf(
        Gen.Select(
                Gen.OneOf("NAME", "CUK", "CTLPORT", "PORT", "DATE", "GROUP", "SELFCUK", "x", "\"NAME\"", "A\\\\B", "\\#A"),
                Gen.OneOf("a", "b", "8031", "'a #b'", "\"q\\\"q\"", "a #words", "a#b", "it\\'s", "", "it's"))
            .Select((key, value) => $"{key} = {value}\n"),
        Gen.OneOf("# words\n", "\n", "   \n", "KEYALONE\n"));
}
