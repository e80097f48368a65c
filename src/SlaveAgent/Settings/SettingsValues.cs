using System.Globalization;
using System.Text.Json;

namespace SlaveAgent.Settings;

/// <summary>All given settings, read by name and type; a name that was never read is unknown and refused.</summary>
public sealed class SettingsValues
{
    /// <summary>Stands for no proxy where one may be given.</summary>
    public const string NoProxy = "none";

    private static readonly string[] ProxySchemes = ["http", "https", "socks5", "socks4a", "socks4"];

    private const UnixFileMode AllBits = (UnixFileMode)0x1ff;

    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Adds values, which override existing ones.</summary>
    public void Overlay(IEnumerable<KeyValuePair<string, SettingValue>> values)
    {
        foreach (var (name, value) in values)
        {
            _values[name] = value;
        }
    }

    public string? Text(string name) => Find(name) is { } value ? Single(name, value) : null;

    public string Text(string name, string defaultValue) => Text(name) ?? defaultValue;

    /// <exception cref="SettingsException">It has not the shape.</exception>
    public string? Shaped(string name, SettingsCode code, Predicate<string> isShaped, string shape) =>
        Find(name) is not { } value ? null : Single(name, value) is var text && isShaped(text) ? text : throw Wrong(code, name, value, shape);

    /// <exception cref="SettingsException">One of them has not the shape.</exception>
    public IReadOnlyList<string>? ShapedList(string name, SettingsCode code, Predicate<string> isShaped, string shape) =>
        List(name) is not { } texts ? null : texts.All(text => isShaped(text)) ? texts : throw Wrong(code, name, Find(name)!, shape);

    /// <summary>For a setting that is given and does not go with another.</summary>
    public SettingsException Refused(SettingsCode code, string name, string why) => new(code, $"{Find(name)?.Place}: {name} {why}.", Find(name)?.Place, name);

    /// <summary>A YAML list, or a comma-separated text.</summary>
    public IReadOnlyList<string>? List(string name) => Find(name) is { } value
        ? [.. value.Texts.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))]
        : null;

    public bool Flag(string name, bool defaultValue) => Read(name, defaultValue, SettingsCode.NotAFlag, "true or false", text => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    });

    public int Number(string name, int defaultValue, int min, int max) => Read(
        name,
        defaultValue,
        SettingsCode.NotANumber,
        $"a whole number from {min} to {max}",
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= min && n <= max ? n : null);

    /// <summary>A duration: a number with the unit ms, s, m, h or d.</summary>
    public TimeSpan Duration(string name, TimeSpan defaultValue, TimeSpan min) => Read(
        name,
        defaultValue,
        SettingsCode.NotADuration,
        $"a duration such as 500ms, 30s, 5m or 1h, at least {min.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s",
        text => Durations.TryParse(text) is { } d && d >= min ? d : null);

    /// <summary>A percentage, as a number from 0 to 1.</summary>
    public double Percent(string name, double defaultValue) => Read(
        name,
        defaultValue,
        SettingsCode.NotAPercentage,
        "a percentage from 0% to 100%",
        text => double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var p) && p <= 100 ? p / 100 : null);

    /// <summary>Permission bits in octal, for a file that its owner reads and only its owner writes.</summary>
    public UnixFileMode Mode(string name, UnixFileMode defaultValue)
    {
        const string Shape = "an octal file mode such as 0644 or 0640, which lets its owner read and nobody else write or execute";
        return Find(name) is not { } value ? defaultValue
            : OctalMode(Single(name, value)) is { } mode ? mode
            : throw Wrong(SettingsCode.NotAFileMode, name, value, DecimalMode(value.Texts[0]) is { } meant ? $"{Shape}; that number is decimal for {meant}" : Shape);
    }

    private static UnixFileMode? OctalMode(string text)
    {
        const UnixFileMode Never = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        return digits.Length is > 0 and <= 5 && digits.All(c => c is >= '0' and <= '7')
            && (UnixFileMode)Convert.ToInt32(digits, 8) is var mode && (mode & ~AllBits) == 0 && mode.HasFlag(UnixFileMode.UserRead) && (mode & Never) == 0
            ? mode
            : null;
    }

    /// <summary>What was meant where a program wrote the octal number in decimal, as 420 for 0644.</summary>
    private static string? DecimalMode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && "0" + Convert.ToString(number, 8) is var octal && OctalMode(octal) is not null ? octal : null;

    public T Choice<T>(string name, T defaultValue, IReadOnlyDictionary<string, T> choices)
        where T : struct =>
        Read(name, defaultValue, SettingsCode.NotAChoice, string.Join(" or ", choices.Keys), text => choices.TryGetValue(text, out var choice) ? choice : null);

    public Uri? Address(string name) => Find(name) is not { } value
        ? null
        : Uri.TryCreate(Single(name, value), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            ? uri
            : throw Wrong(SettingsCode.NotAnAddress, name, value, "an http or https address without a user name");

    /// <summary>The address of a proxy, or <see cref="NoProxy"/> as its scheme.</summary>
    public Uri? Proxy(string name) => Find(name) is not { } value
        ? null
        : Single(name, value) is NoProxy ? new Uri($"{NoProxy}:")
        : Uri.TryCreate(Single(name, value), UriKind.Absolute, out var uri) && ProxySchemes.Contains(uri.Scheme) && uri.Host.Length > 0 && uri.UserInfo.Length == 0 ? uri
        : throw Wrong(SettingsCode.NotAnAddress, name, value, $"an address without a user name that begins with one of {string.Join(", ", ProxySchemes.Select(scheme => $"{scheme}://"))}, or {NoProxy}");

    /// <exception cref="SettingsException">A given name is not a setting.</exception>
    public void RefuseUnknown()
    {
        foreach (var (name, value) in _values)
        {
            if (!_known.Contains(name))
            {
                throw Unknown(name, value.Place);
            }
        }
    }

    /// <summary>Names and values in a fixed order, as JSON; <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => _values.Count == 0 ? string.Empty : JsonSerializer.Serialize(
        new SortedDictionary<string, IReadOnlyList<string>>(_values.ToDictionary(pair => pair.Key, pair => pair.Value.Texts), StringComparer.Ordinal),
        SettingsJson.Default.SortedDictionaryStringIReadOnlyListString);

    /// <param name="place">For messages about one of them.</param>
    /// <returns>Null when the text is not one of <see cref="ToString"/>.</returns>
    public static SettingsValues? TryParse(string text, string place)
    {
        try
        {
            var read = new SettingsValues();
            var given = text.Length == 0 ? [] : JsonSerializer.Deserialize(text, SettingsJson.Default.SortedDictionaryStringIReadOnlyListString) ?? [];
            read.Overlay(given.Select(pair => KeyValuePair.Create(pair.Key, new SettingValue(pair.Value, new SettingPlace(place)))));
            return read;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private T Read<T>(string name, T defaultValue, SettingsCode code, string shape, Func<string, T?> parse)
        where T : struct =>
        Find(name) is { } value ? parse(Single(name, value)) ?? throw Wrong(code, name, value, shape) : defaultValue;

    private SettingValue? Find(string name)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name);
    }

    private static string Single(string name, SettingValue value) =>
        value.Texts is [var only] ? only : throw Wrong(SettingsCode.NotSingle, name, value, "one value, not a list");

    private static SettingsException Wrong(SettingsCode code, string name, SettingValue value, string shape) =>
        new(code, $"{value.Place}: {name} is \"{string.Join(", ", value.Texts)}\", but must be {shape}.", value.Place, name);

    /// <summary>Says what the name could be: a section, a part of a single setting, or a misspelt name, for which a near one is suggested.</summary>
    private SettingsException Unknown(string name, SettingPlace place)
    {
        if (_known.Any(known => IsIn(known, name)))
        {
            return new(SettingsCode.IsSection, $"{place}: {name} is a section, not a single setting; it contains {MembersOf(name)}.", place, name);
        }

        if (_known.FirstOrDefault(known => IsIn(name, known)) is { } single)
        {
            return new(SettingsCode.IsNoSection, $"{place}: {single} is a single setting, not a section.", place, single);
        }

        if (Misspelling.Nearest(name, _known) is { } near)
        {
            return new(SettingsCode.UnknownName, $"{place}: there is no setting {name}; did you mean {near}?", place, name, near);
        }

        var section = name.Split('.')[0];
        var others = _known.Any(known => IsIn(known, section)) ? $"{section} contains {MembersOf(section)}" : "agent.yaml(5) lists all settings";
        return new(SettingsCode.UnknownName, $"{place}: there is no setting {name}; {others}.", place, name);
    }

    private string MembersOf(string section) =>
        string.Join(", ", _known.Where(known => IsIn(known, section)).Select(known => known[(section.Length + 1)..]).Order(StringComparer.Ordinal));

    private static bool IsIn(string name, string section) => name.StartsWith($"{section}.", StringComparison.Ordinal);
}
