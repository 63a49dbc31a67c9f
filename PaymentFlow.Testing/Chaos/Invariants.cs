namespace PaymentFlow.Testing.Chaos;

/// <summary>Conditions that must hold at rest. Each is a pure function of the books. A violation names the order.</summary>
public static class Invariants
{
    static readonly string[] Charged = ["paid", "partially_refunded", "refunded"];

    public static IReadOnlyList<string> Violations(Books books) =>
    [
        .. OfMoney(books), .. ToldTheTruth(books), .. ScreensShowTheTruth(books), .. VersionsOnlyGoUp(books), .. WebhooksArrive(books),
        .. NothingIsLeftBehind(books),
    ];

    /// <summary>Orders, payments and Stripe's ledger agree.</summary>
    public static IReadOnlyList<string> OfMoney(Books books) =>
    [
        .. ChargedOnce(books), .. PaidExactlyWhenCharged(books), .. RefundedAsStripeSays(books), .. CanceledMeansNotCharged(books),
        .. FulfilledOnce(books),
    ];

    /// <summary>An order has at most one successful charge over all of its PaymentIntents, of the exact amount.</summary>
    public static IEnumerable<string> ChargedOnce(Books books)
    {
        foreach (var intent in books.Stripe.Where(intent => intent.OrderId is null && intent.Charged.Count > 0))
            yield return $"charged without an order: {intent.Intent} names no order";
        var amounts = books.Orders.ToDictionary(order => order.Id, order => order.Amount);
        foreach (var order in books.Stripe.Where(intent => intent.OrderId is not null).GroupBy(intent => intent.OrderId!.Value))
        {
            var charges = order.SelectMany(intent => intent.Charged).ToList();
            if (charges.Count > 1) yield return $"charged twice: order {order.Key}, {charges.Count} charges";
            if (!amounts.TryGetValue(order.Key, out var amount)) yield return $"charged for an unknown order: {order.Key}";
            else if (charges.Any(charge => charge != amount))
                yield return $"charged a wrong amount: order {order.Key} of {amount}, charged {string.Join(", ", charges)}";
        }
    }

    public static IEnumerable<string> PaidExactlyWhenCharged(Books books)
    {
        var charged = ChargedOrders(books);
        foreach (var order in books.Orders)
        {
            var paid = Charged.Contains(order.Status);
            if (paid && !charged.Contains(order.Id)) yield return $"paid without a charge: order {order.Id} is {order.Status}";
            if (!paid && charged.Contains(order.Id)) yield return $"charged and not paid: order {order.Id} is {order.Status}";
        }
        foreach (var payment in books.Payments)
        {
            var paid = payment.Status is "succeeded" or "partially_refunded" or "refunded";
            if (paid != charged.Contains(payment.OrderId))
                yield return $"payment {payment.Id} of order {payment.OrderId} is {payment.Status}, Stripe's ledger says otherwise";
        }
    }

    /// <summary>Refunds never exceed the charge and are the same in all books.</summary>
    public static IEnumerable<string> RefundedAsStripeSays(Books books)
    {
        var refunded = RefundedOrders(books);
        foreach (var order in books.Orders)
        {
            var atStripe = refunded.GetValueOrDefault(order.Id);
            if (atStripe > order.Amount)
                yield return $"refunded more than was charged: order {order.Id} of {order.Amount}, refunded {atStripe}";
            if (atStripe != order.Refunded) yield return $"refunds differ: order {order.Id} says {order.Refunded}, Stripe says {atStripe}";
            var expected = atStripe == 0 ? "paid" : atStripe < order.Amount ? "partially_refunded" : "refunded";
            if (Charged.Contains(order.Status) && order.Status != expected)
                yield return $"order {order.Id} is {order.Status} with {atStripe} of {order.Amount} refunded";
        }
        foreach (var payment in books.Payments.Where(payment => payment.Refunded != refunded.GetValueOrDefault(payment.OrderId)))
        {
            yield return $"refunds differ: payment {payment.Id} says {payment.Refunded}, "
                + $"Stripe says {refunded.GetValueOrDefault(payment.OrderId)}";
        }
    }

    public static IEnumerable<string> CanceledMeansNotCharged(Books books)
    {
        var charged = ChargedOrders(books);
        foreach (var order in books.Orders.Where(order => order.Status == "canceled" && charged.Contains(order.Id)))
            yield return $"canceled and charged: order {order.Id}";
        var payments = books.Payments.ToDictionary(payment => payment.OrderId);
        foreach (var order in books.Orders)
        {
            var canceled = payments.TryGetValue(order.Id, out var payment) && payment.Status == "canceled";
            if (canceled != (order.Status == "canceled"))
                yield return $"order {order.Id} is {order.Status}, its payment {payment?.Status ?? "none"}";
        }
    }

    /// <summary>
    /// An order that was reported as paid is in the ledger and paid. An order that was reported as canceled was not charged. Refunds that
    /// were reported as succeeded are in the ledger and do not exceed the requested amount.
    /// </summary>
    public static IEnumerable<string> ToldTheTruth(Books books)
    {
        var charged = ChargedOrders(books);
        var orders = books.Orders.ToDictionary(order => order.Id);
        var refunded = RefundedOrders(books);
        foreach (var customer in books.Customers)
        {
            if (customer.ToldPaid && !charged.Contains(customer.OrderId))
                yield return $"reported paid and not charged: order {customer.OrderId}";
            if (customer.ToldPaid && !(orders.TryGetValue(customer.OrderId, out var order) && Charged.Contains(order.Status)))
                yield return $"reported paid, and the order is not: {customer.OrderId}";
            if (customer.ToldCanceled && charged.Contains(customer.OrderId))
                yield return $"reported canceled and charged: order {customer.OrderId}";
            var atStripe = refunded.GetValueOrDefault(customer.OrderId);
            if (atStripe > customer.MostToBeRefunded)
            {
                yield return $"refunded more than was requested: order {customer.OrderId}, {customer.MostToBeRefunded} at most, "
                    + $"Stripe says {atStripe}";
            }
            if (customer.ToldRefunded > 0 && atStripe < customer.ToldRefunded)
                yield return $"reported refunded: order {customer.OrderId}, reported {customer.ToldRefunded}, Stripe says {atStripe}";
        }
    }

    public static IEnumerable<string> ScreensShowTheTruth(Books books)
    {
        var orders = books.Orders.ToDictionary(order => order.Id);
        foreach (var customer in books.Customers)
        {
            if (!orders.TryGetValue(customer.OrderId, out var order))
                yield return $"lost order: {customer.OrderId} was confirmed to its customer";
            else if (!customer.StayedOpen)
                yield return $"no live screen: order {order.Id} could not be watched again";
            else if (customer.Frames is [.., var last] && (last.Status, last.Version) != (order.Status, order.Version))
            {
                yield return $"stale screen: order {order.Id} is {order.Status} at {order.Version}, "
                    + $"the screen says {last.Status} at {last.Version}";
            }
        }
    }

    /// <summary>Versions rise on one connection. A new connection never starts below the last version that the customer saw.</summary>
    public static IEnumerable<string> VersionsOnlyGoUp(Books books)
    {
        foreach (var customer in books.Customers)
        {
            foreach (var (before, after) in customer.Frames.Zip(customer.Frames.Skip(1)))
            {
                if (after.Version < before.Version || (after.Version == before.Version && after.Connection == before.Connection))
                    yield return $"a screen went back: order {customer.OrderId}, version {after.Version} after {before.Version}";
            }
        }
    }

    /// <summary>Goods are shipped on <c>order.paid</c>, so an order has only one, however often its payment's events arrive.</summary>
    public static IEnumerable<string> FulfilledOnce(Books books) =>
        books.FulfilledAgain.Select(order => $"a second order.paid: order {order}");

    /// <summary>Every <c>order.paid</c> reached the endpoint that is up, and each repetition has the event's id.</summary>
    public static IEnumerable<string> WebhooksArrive(Books books)
    {
        var received = books.Webhooks.ToLookup(webhook => webhook.OrderId, webhook => webhook.Id);
        foreach (var (order, id) in books.PaidEvents)
        {
            if (!received.Contains(order)) yield return $"no webhook: order.paid of order {order} did not arrive";
            foreach (var other in received[order].Where(other => other != id.ToString()).Distinct())
                yield return $"a webhook with another id: order.paid of order {order} is {id}, and came as {other}";
        }
        var paid = books.PaidEvents.Select(happened => happened.OrderId).ToHashSet();
        foreach (var order in received.Select(webhook => webhook.Key).Where(order => !paid.Contains(order)))
            yield return $"a webhook without its event: order.paid of order {order}";
    }

    public static IEnumerable<string> NothingIsLeftBehind(Books books)
    {
        if (books.UnpublishedPayments > 0) yield return $"{books.UnpublishedPayments} payments' events were never published";
        if (books.UnpublishedOrders > 0) yield return $"{books.UnpublishedOrders} orders' events were never published";
        if (books.UnappliedPayments > 0) yield return $"{books.UnappliedPayments} payments' events were never seen as applied";
        if (books.UnreadWebhooks > 0) yield return $"{books.UnreadWebhooks} of Stripe's webhooks were never applied";
        if (books.OpenRefunds > 0) yield return $"{books.OpenRefunds} refunds have no outcome";
        if (books.OrdersAhead > 0) yield return $"{books.OrdersAhead} orders are ahead of their payment";
        foreach (var payment in books.Payments.Where(IsUnderWay))
            yield return $"payment {payment.Id} of order {payment.OrderId} is still {payment.Status}";
        foreach (var error in books.DeadLetters) yield return $"dead letter: {error}";
    }

    /// <summary>Whether the payment still waits for Stripe's outcome, the bank or the end of the time to pay.</summary>
    public static bool IsUnderWay(PaymentRow payment) => payment.Status is "processing" or "requires_action";

    static Dictionary<Guid, long> RefundedOrders(Books books) => books.Stripe.Where(intent => intent.OrderId is not null)
        .GroupBy(intent => intent.OrderId!.Value).ToDictionary(order => order.Key, order => order.Sum(intent => intent.Refunded));

    static HashSet<Guid> ChargedOrders(Books books) =>
        [.. books.Stripe.Where(intent => intent.Charged.Count > 0 && intent.OrderId is not null).Select(intent => intent.OrderId!.Value)];
}
