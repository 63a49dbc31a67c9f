using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Web.Operators.Payments;

/// <summary>
/// The filters in the address of the payments page. Values that mean nothing are ignored, so an address that was typed or cut off shows
/// more payments and no error.
/// </summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Min">The smallest amount, in major units: of the currency, or with two decimals if none is chosen.</param>
/// <param name="Max">The largest amount, as <paramref name="Min"/>.</param>
/// <param name="After">The end of the previous page; null for the first page.</param>
/// <param name="Zone">The time zone of the days, by its IANA name. Not in the address: each reader has days of their own.</param>
public sealed record PaymentQuery(
    string? Search = null, string? Status = null, string? Currency = null, DateOnly? From = null, DateOnly? To = null,
    decimal? Min = null, decimal? Max = null, bool Unknown = false, bool Refunded = false, bool Disputed = false, Guid? After = null,
    string Zone = PaymentQuery.Utc)
{
    public const string Page = "/operator";
    const string Utc = "UTC";
    const int MaxSearchLength = 200;

    // More than Stripe charges in any currency.
    const decimal MaxAmount = 1_000_000_000_000;

    public static PaymentQuery Of(HttpRequest request) => Of(request.Query, ReaderZone.Of(request));

    public static PaymentQuery Of(IQueryCollection query, ReaderZone zone)
    {
        string? Text(string name) => query[name].ToString().Trim() is { Length: > 0 } text ? text : null;
        bool Flag(string name) => Text(name) == "true";
        var currency = Text("currency")?.ToLowerInvariant();
        var search = Text("q");
        var (from, to) = Ordered(Day(Text("from")), Day(Text("to")));
        var (min, max) = Ordered(Amount(Text("min")), Amount(Text("max")));
        return new PaymentQuery(
            search is { Length: > MaxSearchLength } ? search[..MaxSearchLength] : search,
            Text("status") is { } status && PaymentStatuses.All.Contains(status) ? status : null,
            currency is not null && Currencies.Find(currency) is not null ? currency : null,
            from, to, min, max, Flag("unknown"), Flag("refunded"), Flag("disputed"),
            Guid.TryParse(Text("after"), out var after) ? after : null, zone.Name);
    }

    /// <summary>Whether nothing but the page is chosen.</summary>
    public bool IsEverything => this with { After = null, Zone = Utc } == new PaymentQuery();

    public bool HasFilters => this with { After = null, Search = null, Zone = Utc } != new PaymentQuery();

    /// <summary>The page's address with this query. It has no empty values, unlike that of a form.</summary>
    public string Address => Write(Page, Pairs());

    public string ExportAddress => Write($"{Page}/payments/export", (this with { After = null }).Pairs());

    /// <summary>The filters in the address, each with the query without it.</summary>
    public IEnumerable<(string Name, string Value, PaymentQuery Without)> Filters()
    {
        foreach (var (name, value) in Pairs())
        {
            var without = name switch
            {
                "status" => this with { Status = null },
                "currency" => this with { Currency = null },
                "from" => this with { From = null },
                "to" => this with { To = null },
                "min" => this with { Min = null },
                "max" => this with { Max = null },
                "unknown" => this with { Unknown = false },
                "refunded" => this with { Refunded = false },
                "disputed" => this with { Disputed = false },
                "q" => this with { Search = null },
                _ => null,
            };
            if (without is not null) yield return (name, value, without with { After = null });
        }
    }

    /// <summary>The query of PaymentApi's <c>GET /payments</c>.</summary>
    public string ToApi() => Write("", new (string, string?)[]
    {
        ("q", Search), ("status", Status), ("currency", Currency), ("from", Time(From)), ("to", Time(To?.AddDays(1))),
        ("minAmount", MinorUnits(Min)), ("maxAmount", MinorUnits(Max)), ("unknownOutcome", Flag(Unknown)), ("refunded", Flag(Refunded)),
        ("disputed", Flag(Disputed)), ("after", After?.ToString()),
    }.Where(pair => pair.Item2 is not null).Select(pair => (pair.Item1, pair.Item2!))).TrimStart('?');

    IEnumerable<(string Name, string Value)> Pairs()
    {
        foreach (var (name, value) in new (string, string?)[]
        {
            ("q", Search), ("status", Status), ("currency", Currency), ("from", Day(From)), ("to", Day(To)), ("min", Amount(Min)),
            ("max", Amount(Max)), ("unknown", Flag(Unknown)), ("refunded", Flag(Refunded)), ("disputed", Flag(Disputed)),
            ("after", After?.ToString()),
        })
        {
            if (value is not null) yield return (name, value);
        }
    }

    string? MinorUnits(decimal? major) => major is { } amount
        ? decimal.Truncate(amount / Currencies.Of(Currency ?? "usd").Major(1)).ToString(CultureInfo.InvariantCulture)
        : null;

    static string Write(string path, IEnumerable<(string Name, string Value)> pairs) => QueryHelpers.AddQueryString(
        path, pairs.Select(pair => KeyValuePair.Create(pair.Name, new StringValues(pair.Value))));

    static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day < DateOnly.MaxValue ? day : null;

    static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    string? Time(DateOnly? day) => day is { } first
        ? ReaderZone.Of(Zone).StartOf(first).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
        : null;

    /// <summary>With a point or, as in Russian, with a comma.</summary>
    static decimal? Amount(string? text) =>
        decimal.TryParse(text?.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            && amount <= MaxAmount ? amount : null;

    static string? Amount(decimal? amount) => amount?.ToString(CultureInfo.InvariantCulture);

    static string? Flag(bool value) => value ? "true" : null;

    static (T?, T?) Ordered<T>(T? first, T? second) where T : struct, IComparable<T> =>
        first is { } one && second is { } other && one.CompareTo(other) > 0 ? (second, first) : (first, second);
}
