using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Catalogue;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>The rules for new orders. A refusal is a 422 problem with the rule's code; nothing is stored.</summary>
static class OrderRules
{
    public const int MaxLines = 50;
    public const long MaxQuantity = 1_000;
    public const int MaxReferenceLength = 100;
    public const int MaxDescriptionLength = 500;

    /// <summary>Prices the lines. Prices come only from the catalogue. Lines of one product are added up.</summary>
    public static bool TryPrice(IReadOnlyList<OrderLine?> lines, IReadOnlyDictionary<string, Product> products,
        [NotNullWhen(true)] out OrderDraft? draft, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        draft = null;
        if ((problem = CheckLines(lines, products)) is not null) return false;

        var items = lines.GroupBy(line => line!.ProductId, StringComparer.Ordinal).Select(group =>
        {
            var product = products[group.Key];
            return new OrderItem(
                product.Id, product.NameIn(CultureInfo.CurrentUICulture), group.Sum(line => line!.Quantity), product.UnitAmount);
        }).ToList();
        if (items.Any(item => item.Quantity > MaxQuantity))
        {
            problem = InvalidQuantity();
            return false;
        }

        var currencies = items.Select(item => products[item.ProductId].Currency).Distinct(StringComparer.Ordinal).ToList();
        if (currencies.Count > 1)
        {
            problem = ApiProblem.Unprocessable(ProblemCodes.MixedCurrencies,
                $"An order has one currency, but these products are priced in {string.Join(" and ", currencies)}.");
            return false;
        }

        long amount = 0;
        try
        {
            foreach (var item in items) amount = checked(amount + checked(item.UnitAmount * item.Quantity));
        }
        catch (OverflowException)
        {
            amount = long.MaxValue;
        }

        return TryAccept(new OrderDraft(OrderReference.Create(), amount, currencies[0], null, items), out draft, out problem);
    }

    /// <summary>Checks a merchant's order. The merchant sets the amount.</summary>
    public static bool TryTake(CreateOrderRequest request,
        [NotNullWhen(true)] out OrderDraft? draft, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        draft = null;
        problem = request switch
        {
            { Reference: null } or { Amount: null } or { Currency: null } => ApiProblem.Unprocessable(ProblemCodes.MissingField,
                "A merchant's order needs 'reference', 'amount' and 'currency'."),
            { Reference: var reference } when !IsReference(reference) => InvalidReference(),
            { Description: { } description } when !IsText(description, MaxDescriptionLength) => ApiProblem.Unprocessable(
                ProblemCodes.InvalidDescription,
                $"'description' must have 1 to {MaxDescriptionLength} characters, no control characters and no spaces at either end."),
            _ => null,
        };
        if (problem is not null) return false;
        return TryAccept(new OrderDraft(request.Reference!, request.Amount!.Value,
            request.Currency!.ToLowerInvariant(), request.Description, []), out draft, out problem);
    }

    public static ProblemHttpResult InvalidReference() => ApiProblem.Unprocessable(
        ProblemCodes.InvalidReference,
        $"'reference' must have 1 to {MaxReferenceLength} characters, no control characters and no spaces at either end.");

    static ProblemHttpResult? CheckLines(IReadOnlyList<OrderLine?> lines, IReadOnlyDictionary<string, Product> products)
    {
        if (lines.Count == 0) return ApiProblem.Unprocessable(ProblemCodes.EmptyOrder, "An order needs at least one item.");
        if (lines.Count > MaxLines) return ApiProblem.Unprocessable(ProblemCodes.TooManyItems, $"An order has at most {MaxLines} lines.");
        if (lines.Contains(null)) return ApiProblem.Malformed("An item is null.");
        if (lines.Any(line => line!.Quantity is < 1 or > MaxQuantity)) return InvalidQuantity();
        if (lines.Any(line => !products.ContainsKey(line!.ProductId)))
            return ApiProblem.Unprocessable(ProblemCodes.UnknownProduct, "A productId is not in the catalogue. See GET /products.");
        return null;
    }

    static bool TryAccept(OrderDraft candidate,
        [NotNullWhen(true)] out OrderDraft? draft, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        problem = CheckAmount(candidate.Amount, candidate.Currency);
        draft = problem is null ? candidate : null;
        return problem is null;
    }

    static ProblemHttpResult? CheckAmount(long amount, string code) => Currencies.Find(code) switch
    {
        null => ApiProblem.Unprocessable(ProblemCodes.UnsupportedCurrency, "Stripe does not charge in this currency."),
        { Minimum: var minimum } when amount < minimum =>
            ApiProblem.Unprocessable(ProblemCodes.AmountTooSmall, $"The minimum amount is {minimum} {code} (minor units)."),
        { Maximum: var maximum } when amount > maximum =>
            ApiProblem.Unprocessable(ProblemCodes.AmountTooLarge, $"The maximum amount is {maximum} {code} (minor units)."),
        { Step: var step } when amount % step != 0 =>
            ApiProblem.Unprocessable(
                ProblemCodes.AmountInvalidForCurrency, $"An amount in {code} must be a multiple of {step} (minor units)."),
        _ => null,
    };

    static ProblemHttpResult InvalidQuantity() =>
        ApiProblem.Unprocessable(
            ProblemCodes.InvalidQuantity, $"The quantity of a product must be a whole number from 1 to {MaxQuantity}.");

    public static bool IsReference(string value) => IsText(value, MaxReferenceLength);

    static bool IsText(string value, int maxLength) =>
        value.Length <= maxLength && value.Trim().Length == value.Length && VisibleText.Is(value);
}

/// <summary>A new order that passed the rules.</summary>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217, lower case.</param>
sealed record OrderDraft(string Reference, long Amount, string Currency, string? Description, IReadOnlyList<OrderItem> Items);
