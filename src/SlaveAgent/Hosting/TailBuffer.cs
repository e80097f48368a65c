using System.Text;

namespace SlaveAgent.Hosting;

/// <summary>Keeps only the end of a tool's output, to bound the memory.</summary>
/// <param name="keep">Which lines are kept; null: all.</param>
internal sealed class TailBuffer(int capacity, Func<string, bool>? keep = null)
{
    private readonly StringBuilder _text = new();
    private readonly Lock _gate = new();

    public void AddLine(string line)
    {
        if (keep is not null && !keep(line))
        {
            return;
        }

        // Standard output and error are read by two readers.
        lock (_gate)
        {
            _text.Append(line.AsSpan(0, Math.Min(line.Length, capacity))).Append('\n');
            if (_text.Length > 2 * capacity)
            {
                _text.Remove(0, _text.Length - capacity);
            }
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return _text.ToString(Math.Max(0, _text.Length - capacity), Math.Min(_text.Length, capacity));
        }
    }
}
