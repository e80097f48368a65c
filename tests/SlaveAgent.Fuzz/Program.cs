using System.Globalization;
using System.Text;
using SlaveAgent.Fuzz;
using SlaveAgent.Fuzz.Differential;

if (args is ["differential", var chmpx, var work, var count, var seed, var record])
{
    // In namespaces that tests/SlaveAgent.Fuzz/differential made.
    var comparison = new Comparison(new ChmpxVerdict(chmpx, work).Of, Console.Out);
    return comparison.Run(int.Parse(count, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), record.Length > 0 ? record : null) > 0 ? 1 : 0;
}

LibFuzzer.Attach();
if (args.Length == 0 || FuzzTarget.All.All(target => target.Name != args[0]))
{
    await Console.Error.WriteLineAsync($"SlaveAgent.Fuzz {string.Join('|', FuzzTarget.All.Select(target => target.Name))} --words|[libFuzzer's own arguments]");
    return 2;
}

var chosen = FuzzTarget.All.First(target => target.Name == args[0]);
if (args is [_, "--words"])
{
    // The format of libFuzzer's -dict.
    foreach (var word in chosen.Message)
    {
        Console.WriteLine($"\"{string.Concat(Encoding.UTF8.GetBytes(word).Select(b => $"\\x{b:x2}"))}\"");
    }

    return 0;
}

return LibFuzzer.Run(chosen, args[1..]);
