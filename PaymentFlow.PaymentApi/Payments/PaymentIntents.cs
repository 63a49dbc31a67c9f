using System.Net;
using Npgsql;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>The one PaymentIntent of each payment: creates it at Stripe and stores its id. Moves no money.</summary>
public sealed partial class PaymentIntents(
    NpgsqlDataSource dataSource, PaymentStore store, StripeGateway stripe, TimeProvider time, ILogger<PaymentIntents> logger)
{
    const int MaxCreateTries = 10;
    static readonly TimeSpan CreateRetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The id of the payment's PaymentIntent, which is created if it is missing. The id is committed before any confirmation, so that a
    /// crash in between leaves a PaymentIntent that moved no money.
    /// </summary>
    /// <param name="returnUrl">Where the customer returns from the bank's page; null if no method may redirect.</param>
    /// <param name="receiptEmail">Where Stripe sends its receipt; null for none.</param>
    /// <exception cref="StripeException">Stripe did not create it. The other exceptions of a call to Stripe are possible, too.</exception>
    public async Task<string> GetOrCreateAsync(
        Payment payment, string? returnUrl, string? receiptEmail, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            if (payment.PaymentIntentId is { } known) return known;
            try
            {
                var created = await CreateAsync(payment, allowRedirects: returnUrl is not null, receiptEmail, cancellationToken);
                return await StoreAsync(payment.Id, created, cancellationToken);
            }
            catch (StripeException e) when (receiptEmail is not null && e.StripeError?.Param == StripeCreation.ReceiptEmailParameter)
            {
                // Stripe refuses the address. A receipt is no reason to refuse the payment. The message is not logged: it has the address.
                receiptEmail = null;
                Log.NoReceipt(logger, payment.Id);
            }
            catch (StripeException e) when (e.HttpStatusCode == HttpStatusCode.Conflict && tries < MaxCreateTries)
            {
                // Another request is creating the PaymentIntent now (a prepare beside a pay). Wait for its id.
                await Task.Delay(CreateRetryDelay, time, cancellationToken);
                payment = payment with { PaymentIntentId = (await store.FindAsync(payment.Id, cancellationToken))?.PaymentIntentId };
            }
        }
    }

    /// <summary>
    /// Creates a PaymentIntent, unconfirmed. Its idempotency key contains the version, because Stripe repeats its answer to a key, even a
    /// 500, for a day. A failed attempt raises the version, so the next attempt is a new request. If several are created, the payment keeps
    /// the first one stored, and no other is ever confirmed.
    /// </summary>
    /// <param name="receiptEmail">Part of the key, because it can be erased between two requests.</param>
    /// <returns>The id of the PaymentIntent.</returns>
    Task<string> CreateAsync(Payment payment, bool allowRedirects, string? receiptEmail, CancellationToken cancellationToken) =>
        stripe.CreateAsync(
            new StripeCreation(
                payment.ToReference(), payment.Amount, payment.Currency, allowRedirects, receiptEmail,
                $"create-{payment.Id}-{payment.Version}-{(allowRedirects ? "redirects" : "no-redirects")}"
                + (receiptEmail is null ? "" : "-receipt")),
            cancellationToken);

    /// <summary>
    /// Stores the PaymentIntent if the payment has none yet, and returns the stored one. The first PaymentIntent stays permanently.
    /// </summary>
    public async Task<string> StoreAsync(Guid paymentId, string intentId, CancellationToken cancellationToken)
    {
        const string Sql = """
            UPDATE payments SET payment_intent_id = coalesce(payment_intent_id, $2) WHERE id = $1 RETURNING payment_intent_id
            """;
        await using var command = dataSource.CreateCommand(Sql).With(paymentId).With(intentId);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: Stripe refused the customer's e-mail address, so there is no receipt")]
        public static partial void NoReceipt(ILogger logger, Guid paymentId);
    }
}
