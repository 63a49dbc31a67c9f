using System.Globalization;
using System.Runtime.CompilerServices;
using PaymentFlow.Contracts;

namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary>
/// The rows of the CSV file, which are read in pages, so that neither memory nor a transaction grows with their number. A payment that
/// changes meanwhile is written once, as it was when its page was read.
/// </summary>
sealed class PaymentExport(PaymentListStore store)
{
    const int PageSize = 1_000;

    public static readonly string[] Columns =
    [
        "created_at", "updated_at", "reference", "description", "status", "unknown_outcome", "disputed", "currency", "amount",
        "amount_minor_units", "refunded", "refunded_minor_units", "method", "last4", "attempts", "order_id", "payment_id",
        "payment_intent",
    ];

    public async IAsyncEnumerable<string?[]> RowsAsync(
        PaymentFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (Guid? after = null; ;)
        {
            var (payments, next) = await store.NextAsync(filter, after, PageSize, cancellationToken);
            foreach (var payment in payments) yield return Row(payment);
            if (next is null) yield break;
            after = next;
        }
    }

    static string?[] Row(ListedPayment payment)
    {
        var currency = Currencies.Of(payment.Currency);
        return
        [
            CsvFile.Time(payment.CreatedAt), CsvFile.Time(payment.UpdatedAt), payment.Reference, payment.Description, payment.Status,
            Flag(payment.UnknownOutcome), Flag(payment.Disputed), payment.Currency.ToUpperInvariant(),
            Major(payment.Amount), Number(payment.Amount), Major(payment.AmountRefunded), Number(payment.AmountRefunded),
            payment.Method?.Brand, payment.Method?.Last4, Number(payment.Attempts), payment.OrderId.ToString(), payment.Id.ToString(),
            payment.PaymentIntent,
        ];

        string Major(long amount) => currency.Major(amount).ToString($"F{currency.DecimalsOf(amount)}", CultureInfo.InvariantCulture);
    }

    static string Flag(bool value) => value ? "true" : "false";

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
