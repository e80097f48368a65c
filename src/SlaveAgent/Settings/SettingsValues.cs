using System.Globalization;

namespace SlaveAgent.Settings;

/// <summary>All given settings, read by name and kind; what nobody asked for is a misspelt name and refused.</summary>
public sealed class SettingsValues
{
    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Lays further values over those already there.</summary>
    public void Overlay(IEnumerable<KeyValuePair<string, SettingValue>> values)
    {
        foreach (var (name, value) in values)
        {
            _values[name] = value;
        }
    }

    public string? Text(string name) => Find(name) is { } value ? Single(name, value) : null;

    public string Text(string name, string otherwise) => Text(name) ?? otherwise;

    /// <summary>A YAML list, or one text with commas.</summary>
    public IReadOnlyList<string>? List(string name) => Find(name) is { } value
        ? [.. value.Texts.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))]
        : null;

    public bool Flag(string name, bool otherwise) => Read(name, otherwise, "true or false", text => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    });

    public int Number(string name, int otherwise, int least, int most) => Read(
        name,
        otherwise,
        $"a whole number from {least} to {most}",
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most ? n : null);

    /// <summary>A length of time: a number with the unit ms, s, m, h or d.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least) => Read(
        name,
        otherwise,
        $"a duration such as 500ms, 30s, 5m or 1h, at least {least.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s",
        text => Durations.TryParse(text) is { } d && d >= least ? d : null);

    /// <summary>A share in percent, as a number from 0 to 1.</summary>
    public double Percent(string name, double otherwise) => Read(
        name,
        otherwise,
        "a percentage from 0% to 100%",
        text => double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var p) && p <= 100 ? p / 100 : null);

    /// <summary>Permission bits in octal.</summary>
    public UnixFileMode Mode(string name, UnixFileMode otherwise) => Read(name, otherwise, "an octal file mode such as 0644", text =>
    {
        try
        {
            return Convert.ToInt32(text, 8) is >= 0 and <= 0x1ff and var bits ? (UnixFileMode)bits : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    });

    public T Choice<T>(string name, T otherwise, IReadOnlyDictionary<string, T> choices)
        where T : struct =>
        Read(name, otherwise, string.Join(" or ", choices.Keys), text => choices.TryGetValue(text, out var choice) ? choice : null);

    public Uri? Address(string name) => Find(name) is not { } value
        ? null
        : Uri.TryCreate(Single(name, value), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            ? uri
            : throw Wrong(name, value, "an http or https address without a user name in it");

    /// <exception cref="SettingsException">A name was given that no setting has.</exception>
    public void RefuseUnknown()
    {
        foreach (var (name, value) in _values)
        {
            if (!_asked.Contains(name))
            {
                var near = _asked.MinBy(known => Distance(known, name));
                throw new SettingsException($"{value.Place}: there is no setting {name}; did you mean {near}?");
            }
        }
    }

    /// <summary>Names and values in a fixed order.</summary>
    public override string ToString() => string.Join(
        '\n', _values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={string.Join(',', pair.Value.Texts)}"));

    private T Read<T>(string name, T otherwise, string shape, Func<string, T?> parse)
        where T : struct =>
        Find(name) is { } value ? parse(Single(name, value)) ?? throw Wrong(name, value, shape) : otherwise;

    private SettingValue? Find(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    private static string Single(string name, SettingValue value) =>
        value.Texts is [var only] ? only : throw Wrong(name, value, "one value, not a list");

    private static SettingsException Wrong(string name, SettingValue value, string shape) =>
        new($"{value.Place}: {name} is \"{string.Join(", ", value.Texts)}\", but must be {shape}.");

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
