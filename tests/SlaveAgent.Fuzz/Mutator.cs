namespace SlaveAgent.Fuzz;

/// <summary>Changes inputs blindly, for where there is no libFuzzer: the same seed gives the same inputs.</summary>
public static class Mutator
{
    private const int Longest = 2048;

    /// <param name="corpus">Good and bad examples to begin with.</param>
    /// <param name="words">Pieces to put in.</param>
    public static byte[] Next(Random random, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> words)
    {
        var input = new List<byte>(corpus[random.Next(corpus.Count)]);
        for (var times = 1 << random.Next(4); times > 0; times--)
        {
            Change(random, input, corpus, words);
        }

        return [.. input.Take(Longest)];
    }

    private static void Change(Random random, List<byte> input, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> words)
    {
        var at = random.Next(input.Count + 1);
        var length = Math.Min(random.Next(1, 40), input.Count - at);
        switch (random.Next(7))
        {
            case 0 when at < input.Count:
                input[at] = (byte)random.Next(256);
                break;
            case 1 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(random.Next(input.Count + 1), input.GetRange(at, length));
                break;
            case 4:
                var other = corpus[random.Next(corpus.Count)];
                var from = random.Next(other.Length + 1);
                input.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(80))]);
                break;
            case 5:
                MoveLine(random, input);
                break;
            default:
                input.InsertRange(at, words[random.Next(words.Count)]);
                break;
        }
    }

    private static void MoveLine(Random random, List<byte> input)
    {
        var begin = input.Count == 0 ? 0 : input.LastIndexOf((byte)'\n', random.Next(input.Count)) + 1;
        var end = input.IndexOf((byte)'\n', begin);
        if (end < 0)
        {
            return;
        }

        var line = input.GetRange(begin, end + 1 - begin);
        if (random.Next(2) == 0)
        {
            input.RemoveRange(begin, line.Count);
        }

        var to = random.Next(input.Count + 1);
        input.InsertRange(input.IndexOf((byte)'\n', to) + 1, line);
    }
}
