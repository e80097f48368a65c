using System.Text;

namespace SlaveAgent.Hosting;

/// <summary>Keeps the end of what a tool prints, so that megabytes of it cost nothing.</summary>
internal sealed class TailBuffer(int capacity)
{
    private readonly StringBuilder _text = new();
    private readonly Lock _gate = new();

    public void AddLine(string line)
    {
        // Output and errors come from two readers.
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
