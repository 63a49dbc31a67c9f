using System.Globalization;

namespace PaymentFlow.Testing.Measuring;

/// <summary>The arguments are wrong. The message is one line and names the remedy.</summary>
sealed class OptionException(string message) : Exception(message);

/// <summary>Optional arguments of the form <c>--name value</c>.</summary>
sealed class Options
{
    readonly Dictionary<string, string> _values;

    Options(Dictionary<string, string> values) => _values = values;

    /// <param name="defaults">All options with their default values.</param>
    /// <exception cref="OptionException">An option is unknown or has no value.</exception>
    public static Options Parse(string[] args, IReadOnlyDictionary<string, string> defaults)
    {
        Dictionary<string, string> values = new(defaults);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || !defaults.ContainsKey(args[i][2..]))
            {
                throw new OptionException(
                    $"Unknown option '{args[i]}'. The options are {string.Join(", ", defaults.Keys.Select(name => $"--{name}"))}.");
            }
            if (i + 1 == args.Length)
                throw new OptionException($"{args[i]} needs a value, for example {args[i]} {Example(defaults[args[i][2..]])}.");
            values[args[i][2..]] = args[i + 1];
        }
        return new Options(values);
    }

    public string this[string name] => _values[name];

    /// <summary>All options with a value, except the names of files.</summary>
    public IEnumerable<KeyValuePair<string, string>> Shown =>
        _values.Where(option => option is { Value.Length: > 0, Key: not ("json" or "charts") });

    /// <exception cref="OptionException">The value is not a positive whole number.</exception>
    public int Number(string name) =>
        Numbers(name) is [var one] ? one : throw new OptionException($"--{name} takes one number, not '{this[name]}'.");

    /// <exception cref="OptionException">A value is not a positive whole number.</exception>
    public IReadOnlyList<int> Numbers(string name) => [.. this[name].Split(',').Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new OptionException($"--{name} takes positive whole numbers separated by commas, not '{this[name]}'."))];

    public TimeSpan Seconds(string name) => TimeSpan.FromSeconds(Number(name));

    /// <exception cref="OptionException">The value is neither <c>on</c> nor <c>off</c>.</exception>
    public bool Switch(string name) => this[name] switch
    {
        "on" => true,
        "off" => false,
        var other => throw new OptionException($"--{name} takes on or off, not '{other}'."),
    };

    static string Example(string value) => value.Length > 0 ? value : "VALUE";
}
