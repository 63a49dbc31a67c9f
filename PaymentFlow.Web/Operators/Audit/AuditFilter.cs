using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace PaymentFlow.Web.Operators.Audit;

/// <summary>The filters of the audit log, as they are in the page's address. Empty and unreadable ones count as not set.</summary>
/// <param name="Who">A part of the person's name.</param>
/// <param name="What">The action's word, such as <c>payment.refund</c>.</param>
/// <param name="Target">An id. An order's id also finds what was done to its payment, and the other way round.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Zone">That of the days. Not in the address: each reader has days of their own.</param>
public sealed record AuditFilter(string? Who, string? What, string? Target, DateOnly? From, DateOnly? To, ReaderZone Zone)
{
    const int MaxLength = 200;

    public static AuditFilter Of(string? who, string? what, string? target, string? from, string? to, ReaderZone zone) =>
        new(Text(who), Text(what), Text(target), Day(from), Day(to), zone);

    public bool IsEmpty => (Who, What, Target, From, To) == default;

    /// <summary>The query of a service's list.</summary>
    /// <param name="target">The id of what the filter's target is in that service.</param>
    public string ToServiceQuery(string? target) => QueryHelpers.AddQueryString("", Set(
        ("actor", Who), ("action", What), ("target", target), ("from", Start(From)), ("to", Start(To?.AddDays(1)))));

    /// <summary>The query of the page with these filters.</summary>
    public string ToPageQuery(AuditCursor? after = null) => QueryHelpers.AddQueryString("", Set(
        ("who", Who), ("what", What), ("target", Target), ("from", Name(From)), ("to", Name(To)),
        ("orders", after?.Orders?.ToString()), ("payments", after?.Payments?.ToString())));

    public static string? Name(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string? Text(string? text) => text?.Trim() switch
    {
        null or "" => null,
        { Length: > MaxLength } long_ => long_[..MaxLength],
        var some => some,
    };

    static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day < DateOnly.MaxValue ? day : null;

    string? Start(DateOnly? day) => day is { } first
        ? Zone.StartOf(first).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
        : null;

    static IEnumerable<KeyValuePair<string, string?>> Set(params IEnumerable<(string Name, string? Value)> fields) =>
        fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value));
}

/// <summary>How far the audit log was read: the last action that was shown of each service. Null: none yet.</summary>
public sealed record AuditCursor(Guid? Orders, Guid? Payments);
