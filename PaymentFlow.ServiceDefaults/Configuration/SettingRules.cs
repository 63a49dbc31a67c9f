using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace PaymentFlow.ServiceDefaults.Configuration;

/// <summary>
/// Finds settings with a wrong value, which would otherwise be ignored or fail later. Each problem is one line with the setting's name and
/// the remedy. It never contains a secret.
/// </summary>
public static class SettingRules
{
    /// <summary>The shortest key that is accepted outside Development. A generated key has 32 letters and digits.</summary>
    public const int MinKeyLength = 24;

    const double MaxWindowSeconds = 24 * 60 * 60;

    /// <summary>A rule for the settings whose name matches; <c>*</c> stands for one part of a name.</summary>
    /// <param name="Problem">The problem of a value (the second argument: in Development), or null.</param>
    sealed record Rule(string Setting, Func<string, bool, string?> Problem)
    {
        readonly string[] _parts = Setting.Split(':');

        public bool IsFor(string setting)
        {
            var parts = setting.Split(':');
            return parts.Length == _parts.Length && parts.Zip(_parts).All(pair =>
                pair.Second == "*" || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
        }
    }

    static readonly Rule[] Rules =
    [
        new("Operator:Key", Key),
        new("Operator:ViewerKey", Key),
        new("Merchant:ApiKey", Key),
        new("Services:Key", Key),
        new("Events:Keys:*:*", Key),
        new("Webhooks:Keys:*", Key),
        new("Webhooks:AllowPrivateAddresses", Flag),
        new("Operator:Oidc:ClientSecret", (value, _) => Secret(value)),
        new("Operator:Oidc:Authority", Authority),
        new("Operator:TraceUrl", (value, _) => IsWebAddress(value, out var _) && value.Contains("{traceId}", StringComparison.Ordinal)
            ? null
            : $"is '{value}': set it to the URL of a trace with {{traceId}} in it, such as https://traces.example/trace/{{traceId}}."),
        new("Clients:AllowedOrigins:*", (value, _) => AllowedOrigins.Normalize(value) is not null ? null
            : $"is '{value}', which is not a browser's origin: set it to a scheme, a host and, if needed, a port, "
                + "such as https://shop.example. A path or a wildcard is not possible."),
        new("Checkout:BaseUrl", (value, _) => AllowedOrigins.Normalize(value) is not null ? null
            : $"is '{value}', which is not a site's address: set it to Web's, such as https://pay.shop.example. A path is not possible."),
        new("Proxies:Known:*", (value, _) => KnownProxies.TryParse(value, out var _) ? null
            : $"is '{value}', which is neither an address nor a network: set it to one, such as 10.0.0.4 or 10.0.0.0/8."),
        new("RateLimits:AtOnce", Count),
        new("RateLimits:NetworkFactor", Count),
        new("OpenApi:Public", Flag),
        new("RateLimits:ServicesAtOnce", Count),
        new("RateLimits:*:Permits", Count),
        new("RateLimits:*:WindowSeconds", Seconds),
        new("Shutdown:TurnAwayFor", (value, _) => Time(value, orZero: true)),
        new("Pruning:*:Keep", (value, _) => Time(value)),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", (value, _) => IsWebAddress(value, out var _) ? null
            : $"is '{value}', which is not a URL: set it to one, such as http://localhost:4317."),
        new("ConnectionStrings:paymentsdb", (value, _) => Database(value)),
        new("ConnectionStrings:ordersdb", (value, _) => Database(value)),
    ];

    /// <summary>The problems of the settings that all services share. Empty values count as not set.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration, bool development) => (
        from setting in configuration.AsEnumerable()
        where !string.IsNullOrEmpty(setting.Value)
        from rule in Rules
        where rule.IsFor(setting.Key)
        let problem = rule.Problem(setting.Value!, development)
        where problem is not null
        orderby setting.Key
        select $"{setting.Key} {problem}").Concat(SameKeys(configuration));

    // With one key for both, every viewer would be an operator.
    static IEnumerable<string> SameKeys(IConfiguration configuration) =>
        configuration["Operator:ViewerKey"] is { Length: > 0 } key && key == configuration["Operator:Key"]
            ? ["Operator:ViewerKey is the same as Operator:Key: set it to a key of its own, or leave it out."]
            : [];

    /// <summary>Reads a section, whose times and ranges are checked.</summary>
    /// <returns>The first problem, or null.</returns>
    public static string? Read<T>(IConfigurationSection section, out T settings) where T : class, new()
    {
        settings = new T();
        foreach (var property in typeof(T).GetProperties().Where(property => property.CanWrite))
        {
            var value = section.GetSection(property.Name);
            IEnumerable<IConfigurationSection> times = property.PropertyType == typeof(TimeSpan) ? [value]
                : property.PropertyType.IsAssignableTo(typeof(IEnumerable<TimeSpan>)) ? value.GetChildren() : [];
            foreach (var time in times)
                if (!string.IsNullOrEmpty(time.Value) && Time(time.Value, orZero: true) is { } problem) return $"{time.Path} {problem}";
        }
        try
        {
            settings = section.Get<T>() ?? settings;
        }
        catch (InvalidOperationException e)
        {
            // The binder's message names the setting and its value.
            return $"{section.Path} cannot be read. {e.Message}";
        }
        List<ValidationResult> invalid = [];
        return Validator.TryValidateObject(settings, new(settings), invalid, validateAllProperties: true)
            ? null
            : $"{section.Path}:{invalid[0].MemberNames.FirstOrDefault()} is out of range. {invalid[0].ErrorMessage}";
    }

    /// <summary>The problem of a secret that contains what no secret does: a space, a line break, a letter that is not ASCII.</summary>
    public static string? Secret(string value) => value.All(c => c is > ' ' and <= '~')
        ? null
        : "has a space, a line break or another character inside that no key has: set it again, in one line and without quotes.";

    /// <summary>Whether <paramref name="value"/> is an absolute URL of http or https.</summary>
    public static bool IsWebAddress(string value, out Uri? url) =>
        Uri.TryCreate(value, UriKind.Absolute, out url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.Host.Length > 0;

    static string? Key(string value, bool development) => Secret(value)
        ?? (value.Length >= MinKeyLength || development ? null
            : $"has fewer than {MinKeyLength} characters, so it can be guessed: set it to a random one (openssl rand -hex 24).");

    static string? Authority(string value, bool development) =>
        IsWebAddress(value, out var url) && url!.Query.Length == 0 && url.Fragment.Length == 0
            && (development || url.Scheme == Uri.UriSchemeHttps)
            ? null
            : $"is '{value}': set it to the provider's issuer, an https:// URL.";

    static string? Flag(string value, bool _) => bool.TryParse(value, out var _) ? null : $"is '{value}': set it to true or false.";

    static string? Count(string value, bool _) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? null
            : $"is '{value}': set it to a whole number of at least 1.";

    static string? Seconds(string value, bool _) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= MaxWindowSeconds
            ? null
            : $"is '{value}': set it to a number of seconds above 0 and of at most {MaxWindowSeconds}.";

    // .NET reads a plain number as days.
    static string? Time(string value, bool orZero = false) =>
        value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time)
            && (time > TimeSpan.Zero || (orZero && time == TimeSpan.Zero))
            ? null
            : $"is '{value}': set it to a time written as [days.]hh:mm:ss, such as 00:00:10.";

    static string? Database(string value)
    {
        const string Remedy = "is not a connection string: set it to one, such as Host=…;Database=…;Username=…;Password=….";
        try
        {
            DbConnectionStringBuilder parsed = new() { ConnectionString = value };
            return parsed.ContainsKey("Host") || parsed.ContainsKey("Server") ? null : Remedy;
        }
        catch (ArgumentException)
        {
            return Remedy;
        }
    }
}
