using System.Text.Json.Nodes;
using Npgsql;

namespace PaymentFlow.Testing.Chaos;

/// <param name="Refunded">In minor units, like every amount here.</param>
public sealed record OrderRow(Guid Id, string Status, long Version, long PaymentVersion, long Amount, long Refunded);

public sealed record PaymentRow(
    Guid Id, Guid OrderId, string Status, long Version, long Amount, long Refunded, string? Intent, bool HasAttempt);

/// <param name="Charged">The amounts of the successful charges.</param>
/// <param name="Refunded">The sum of the refunds that are pending or succeeded.</param>
public sealed record StripeRow(string Intent, Guid? OrderId, string Status, long Amount, IReadOnlyList<long> Charged, long Refunded);

/// <param name="ToldRefunded">The sum of the refunds that PaymentApi reported to an operator as succeeded.</param>
/// <param name="StayedOpen">Whether a connection is open now.</param>
public sealed record CustomerRow(
    int Number, Guid OrderId, bool ToldPaid, bool ToldCanceled, long ToldRefunded, IReadOnlyList<Frame> Frames, bool StayedOpen)
{
    /// <inheritdoc cref="Shopper.MostToBeRefunded"/>
    public long MostToBeRefunded { get; init; }
}

/// <param name="Id">The header <c>webhook-id</c>.</param>
public sealed record WebhookRow(Guid OrderId, string Id);

/// <summary>All books at one moment: both databases, Stripe's ledger, and the frames that the customers saw.</summary>
/// <param name="FulfilledAgain">The orders with more than one event <c>order.paid</c>, on which goods are shipped.</param>
public sealed record Books(
    IReadOnlyList<OrderRow> Orders,
    IReadOnlyList<PaymentRow> Payments,
    IReadOnlyList<StripeRow> Stripe,
    IReadOnlyList<CustomerRow> Customers,
    long UnpublishedPayments,
    long UnpublishedOrders,
    long UnappliedPayments,
    long UnreadWebhooks,
    long OpenRefunds,
    IReadOnlyList<Guid> FulfilledAgain,
    IReadOnlyList<string> DeadLetters)
{
    /// <summary>The events <c>order.paid</c> that were published: the order, and the event's id.</summary>
    public IReadOnlyList<(Guid OrderId, Guid EventId)> PaidEvents { get; init; } = [];

    /// <summary>The webhooks <c>order.paid</c> that the endpoint has received, in the order of arrival, repetitions included.</summary>
    public IReadOnlyList<WebhookRow> Webhooks { get; init; } = [];

    /// <summary>The number of orders that the delivery check reports as ahead of their payment. No fault of a machine makes one.</summary>
    public long OrdersAhead { get; init; }

    /// <summary>
    /// The books without the orders in <paramref name="before"/> and their payments and charges, and without its charges: the databases
    /// may have been emptied since.
    /// </summary>
    public Books Since(Books before)
    {
        var known = before.Orders.Select(order => order.Id).ToHashSet();
        var intents = before.Stripe.Select(intent => intent.Intent).ToHashSet();
        return this with
        {
            Orders = [.. Orders.Where(order => !known.Contains(order.Id))],
            Payments = [.. Payments.Where(payment => !known.Contains(payment.OrderId))],
            Stripe = [.. Stripe.Where(intent =>
                !intents.Contains(intent.Intent) && (intent.OrderId is not { } order || !known.Contains(order)))],
        };
    }

    public static async Task<Books> ReadAsync(ChaosWorld world, IEnumerable<Shopper> shoppers) => (await ReadAsync(
        world.PaymentsDb, world.OrdersDb, await world.SandboxAsync(HttpMethod.Get, "/_sandbox/ledger"),
        [.. shoppers.Where(shopper => shopper.Screen is not null).Select((shopper, i) => new CustomerRow(
            i, shopper.OrderId, shopper.ToldPaid, shopper.ToldCanceled, shopper.ToldRefunded, shopper.Screen!.Frames,
            shopper.Screen.IsLive)
            {
                MostToBeRefunded = shopper.MostToBeRefunded,
            })])) with
    {
        Webhooks = world.Webhooks.Received,
    };

    /// <param name="paymentsDb">The connection string of PaymentApi's database.</param>
    /// <param name="ordersDb">The connection string of OrderService's database.</param>
    /// <param name="ledger">The sandbox's answer to <c>GET /_sandbox/ledger</c>.</param>
    public static async Task<Books> ReadAsync(string paymentsDb, string ordersDb, JsonNode ledger, IReadOnlyList<CustomerRow> customers)
    {
        await using var payments = new NpgsqlConnection(paymentsDb);
        await using var orders = new NpgsqlConnection(ordersDb);
        await payments.OpenAsync();
        await orders.OpenAsync();
        return new Books(
            await ReadAsync(orders, "SELECT id, status, version, payment_version, amount, amount_refunded FROM orders",
                row => new OrderRow(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))),
            await ReadAsync(
                payments,
                "SELECT id, order_id, status, version, amount, amount_refunded, payment_intent_id, attempt_id IS NOT NULL FROM payments",
                row => new PaymentRow(row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
                    row.IsDBNull(6) ? null : row.GetString(6), row.GetBoolean(7))),
            [.. ledger["paymentIntents"]!.AsArray().Select(ReadIntent!)],
            customers,
            (await ReadAsync(payments, "SELECT count(*) FROM outbox WHERE published_at IS NULL", row => row.GetInt64(0)))[0],
            (await ReadAsync(orders, "SELECT count(*) FROM outbox WHERE published_at IS NULL", row => row.GetInt64(0)))[0],
            (await ReadAsync(payments, "SELECT count(*) FROM outbox WHERE applied_at IS NULL", row => row.GetInt64(0)))[0],
            (await ReadAsync(payments, "SELECT count(*) FROM stripe_events WHERE processed_at IS NULL", row => row.GetInt64(0)))[0],
            (await ReadAsync(payments, "SELECT count(*) FROM refunds WHERE status = 'reserved'", row => row.GetInt64(0)))[0],
            await ReadAsync(
                orders, "SELECT key::uuid FROM outbox WHERE type = 'order.paid' GROUP BY key HAVING count(*) > 1", row => row.GetGuid(0)),
            await ReadAsync(orders, "SELECT error FROM dead_letters WHERE replayed_at IS NULL", row => row.GetString(0)))
        {
            OrdersAhead = (await ReadAsync(payments, "SELECT count(*) FROM orders_ahead", row => row.GetInt64(0)))[0],
            PaidEvents = await ReadAsync(
                orders, "SELECT key::uuid, event_id FROM outbox WHERE type = 'order.paid'", row => (row.GetGuid(0), row.GetGuid(1))),
        };
    }

    static StripeRow ReadIntent(JsonNode intent) => new(
        intent["id"]!.GetValue<string>(),
        Guid.TryParse(intent["metadata"]?["order_id"]?.GetValue<string>(), out var orderId) ? orderId : null,
        intent["status"]!.GetValue<string>(),
        intent["amount"]!.GetValue<long>(),
        [.. intent["charges"]!.AsArray().Where(charge => charge!["status"]!.GetValue<string>() == "succeeded")
            .Select(charge => charge!["amount"]!.GetValue<long>())],
        intent["refunds"]!.AsArray().Where(refund => refund!["status"]!.GetValue<string>() is "succeeded" or "pending")
            .Sum(refund => refund!["amount"]!.GetValue<long>()));

    static async Task<List<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await row.ReadAsync()) rows.Add(read(row));
        return rows;
    }
}
