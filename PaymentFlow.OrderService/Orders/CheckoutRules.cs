using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// The rules for what a merchant's order tells the checkout. A refusal is a 422 problem with the rule's code; nothing is stored.
/// </summary>
sealed partial class CheckoutRules(AllowedOrigins origins, TimeProvider time)
{
    public const int MaxUrlLength = 2_000;
    public const int MaxEmailLength = 254;
    public const int MaxMetadata = 20;
    public const int MaxMetadataKeyLength = 40;
    public const int MaxMetadataValueLength = 500;

    static readonly TimeSpan SoonestExpiry = TimeSpan.FromMinutes(5);
    static readonly TimeSpan LatestExpiry = TimeSpan.FromDays(30);

    public ProblemHttpResult? Check(CreateOrderRequest request) =>
        CheckUrl("returnUrl", request.ReturnUrl, ProblemCodes.InvalidReturnUrl)
        ?? CheckUrl("cancelUrl", request.CancelUrl, ProblemCodes.InvalidCancelUrl)
        ?? CheckEmail(request.CustomerEmail)
        ?? CheckLocale(request.Locale)
        ?? CheckExpiry(request.ExpiresAt)
        ?? CheckMetadata(request.Metadata);

    /// <summary>The language of a locale that passed the rules.</summary>
    public static string? LanguageOf(string? locale) => locale?[..2].ToLowerInvariant();

    // Only pages of an allowed origin: the checkout sends customers there, and another site could use it for phishing.
    ProblemHttpResult? CheckUrl(string field, string? value, string code) =>
        value is null || (value.Length <= MaxUrlLength && !value.Any(char.IsControl) && !value.Any(char.IsWhiteSpace)
            && Uri.TryCreate(value, UriKind.Absolute, out var url) && origins.Allows(url))
            ? null
            : ApiProblem.Unprocessable(code, $"'{field}' must be an absolute URL of an origin in Clients:AllowedOrigins, "
                + $"of at most {MaxUrlLength} characters and without a user.");

    static ProblemHttpResult? CheckEmail(string? value) =>
        value is null || (value.Length <= MaxEmailLength && Email().IsMatch(value) && VisibleText.Is(value))
            ? null
            : ApiProblem.Unprocessable(ProblemCodes.InvalidCustomerEmail,
                $"'customerEmail' must be an e-mail address of at most {MaxEmailLength} characters.");

    static ProblemHttpResult? CheckLocale(string? value) =>
        value is null || Locale().IsMatch(value)
            ? null
            : ApiProblem.Unprocessable(
                ProblemCodes.InvalidLocale, "'locale' must be en or ru, or one of them with a region, such as en-GB.");

    ProblemHttpResult? CheckExpiry(DateTimeOffset? value)
    {
        var now = time.GetUtcNow();
        return value is null || (value >= now + SoonestExpiry && value <= now + LatestExpiry)
            ? null
            : ApiProblem.Unprocessable(ProblemCodes.InvalidExpiresAt,
                $"'expiresAt' must be {SoonestExpiry.TotalMinutes} minutes to {LatestExpiry.TotalDays} days ahead.");
    }

    static ProblemHttpResult? CheckMetadata(IReadOnlyDictionary<string, string?>? metadata) =>
        metadata is null || (metadata.Count <= MaxMetadata && metadata.All(pair =>
            pair.Key.Length is > 0 and <= MaxMetadataKeyLength && VisibleText.Is(pair.Key)
            // Postgres cannot store NUL.
            && pair.Value is { Length: <= MaxMetadataValueLength } value && !value.Contains('\0')))
            ? null
            : ApiProblem.Unprocessable(ProblemCodes.InvalidMetadata,
                $"'metadata' must have at most {MaxMetadata} pairs of strings, with keys of 1 to {MaxMetadataKeyLength} characters and "
                + $"values of at most {MaxMetadataValueLength}.");

    // Stripe decides which addresses it accepts. Without these characters an address is no address.
    [GeneratedRegex(@"^[^\s@""<>()\[\],:;\\]{1,64}@[^\s@""<>()\[\],:;\\.]+(\.[^\s@""<>()\[\],:;\\.]+)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    // RFC 5646: a language, then parts of letters and digits.
    [GeneratedRegex(@"^(en|ru)(-[a-z0-9]{2,8}){0,3}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Locale();
}
