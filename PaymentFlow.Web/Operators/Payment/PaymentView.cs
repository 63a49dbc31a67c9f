using System.Security.Claims;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>The knowledge of both services about one order and its payment. Amounts are in the currency's minor unit.</summary>
/// <param name="Order">Null if there is no such order, or if OrderService is away.</param>
/// <param name="Payment">Null if the order has no payment yet, or if PaymentApi is away.</param>
/// <param name="Away">The names of the services that can't answer now.</param>
public sealed record PaymentView(
    Guid Id, Order? Order, PaymentJourney? Payment, IReadOnlyList<JourneyLine> Lines, IReadOnlyList<DeadLetter> DeadLetters,
    IReadOnlyList<WebhookDelivery> FailedWebhooks, OrderNotePage? Notes, IReadOnlyList<string> Away)
{
    public Currency Currency => Currencies.Of(Order?.Currency ?? Payment!.Currency);

    /// <summary>How much can be refunded; 0 if nothing was paid. What is being refunded is no longer left.</summary>
    public long Left => Payment is { Status: PaymentStatuses.Succeeded or PaymentStatuses.PartiallyRefunded }
        ? Payment.Amount - Payment.Refunds.Where(refund => refund.Status != RefundSummary.Failed).Sum(refund => refund.Amount)
        : 0;

    public bool CanCancel => Order is { Payable: true };

    /// <summary>The trace of the newest step that has one, preferably of the payment itself.</summary>
    public string? TraceId =>
        (Lines.LastOrDefault(line => line.Step is { Kind: JourneyKinds.PaymentSucceeded, TraceId: not null })
            ?? Lines.LastOrDefault(line => line.Step.TraceId is not null))?.Step.TraceId;

    internal static async Task<PaymentView> ReadAsync(
        Guid id, OperatorClient operators, PaymentCalls calls, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        List<string> away = [];
        var order = AskAsync(() => operators.OrderAsync(id, who, cancellationToken));
        var payment = AskAsync(() => operators.PaymentOfAsync(id, who, cancellationToken));
        var letters = AskAsync<IReadOnlyList<DeadLetter>>(async () => await calls.DeadLettersAsync(id, who, cancellationToken));
        var webhooks = AskAsync<IReadOnlyList<WebhookDelivery>>(async () => await calls.FailedWebhooksAsync(id, who, cancellationToken));
        var notes = AskAsync(() => calls.NotesAsync(id, who, cancellationToken));
        await Task.WhenAll(order, payment, letters, webhooks, notes);
        return new(
            id, (await order)?.Order, await payment, JourneyLine.Merge((await order)?.Steps ?? [], (await payment)?.Steps ?? []),
            await letters ?? [], await webhooks ?? [], await notes, [.. away.Distinct()]);

        // Catches a service's outage, so that what the other service knows is still shown.
        async Task<T?> AskAsync<T>(Func<Task<T?>> ask) where T : class
        {
            try
            {
                return await ask();
            }
            catch (ServiceUnavailableException e)
            {
                lock (away) away.Add(e.Service);
                return null;
            }
        }
    }
}
