using System.Text;
using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>What a person reads on a terminal or in the journal: no name that K2HR3, chmpx or a tool supplied can control the terminal.</summary>
internal sealed class PrintableWriter(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => output.Write(Printable.Lines(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => output.Write(Printable.Lines(new string(buffer, index, count)));

    public override void Write(string? value) => output.Write(Printable.Lines(value ?? string.Empty));

    // At once, so that lines of several threads do not mix.
    public override void WriteLine(string? value) => output.WriteLine(Printable.Lines(value ?? string.Empty));

    public override void Flush() => output.Flush();
}
