using PaymentFlow.Testing.Chaos;

namespace PaymentFlow.Tests.Unit.Chaos;

/// <summary>The checks of the chaos suite: correct books pass, and each kind of wrong books is found and named.</summary>
public sealed class InvariantsTests
{
    static readonly Guid Order = Guid.Parse("0199b6b0-0000-7000-8000-000000000001");
    static readonly Guid Payment = Guid.Parse("0199b6b0-0000-7000-8000-000000000002");

    static readonly Guid PaidEvent = Guid.Parse("0199b6b0-0000-7000-8000-000000000003");

    static readonly OrderRow PaidOrder = new(Order, "paid", Version: 4, PaymentVersion: 3, Amount: 1800, Refunded: 0);
    static readonly PaymentRow PaidPayment = new(
        Payment, Order, "succeeded", Version: 3, Amount: 1800, Refunded: 0, Intent: "pi_1", HasAttempt: true);
    static readonly StripeRow Charge = new("pi_1", Order, "succeeded", Amount: 1800, Charged: [1800], Refunded: 0);
    static readonly StripeRow Uncharged = new("pi_1", Order, "requires_payment_method", Amount: 1800, Charged: [], Refunded: 0);

    static readonly CustomerRow Customer = new(
        Number: 0, Order, ToldPaid: true, ToldCanceled: false, ToldRefunded: 0,
        Frames: [new(1, 1, "awaiting_payment", 0), new(1, 4, "paid", 1), new(2, 4, "paid", 2)], StayedOpen: true);

    static readonly Books Right = new(
        [PaidOrder], [PaidPayment], [Charge], [Customer],
        UnpublishedPayments: 0, UnpublishedOrders: 0, UnappliedPayments: 0, UnreadWebhooks: 0,
        OpenRefunds: 0, FulfilledAgain: [], DeadLetters: [])
    {
        PaidEvents = [(Order, PaidEvent)],
        // One of them is a repetition.
        Webhooks = [new(Order, $"{PaidEvent}"), new(Order, $"{PaidEvent}")],
    };

    [Fact]
    public void Correct_books_have_no_violations() => Assert.Empty(Invariants.Violations(Right));

    public static TheoryData<string, Books> WrongBooks => new()
    {
        { $"charged twice: order {Order}", Right with { Stripe = [Charge, Charge with { Intent = "pi_2" }] } },
        { $"charged a wrong amount: order {Order}", Right with { Stripe = [Charge with { Charged = [1799] }] } },
        { "charged for an unknown order", Right with { Stripe = [Charge, Charge with { Intent = "pi_2", OrderId = Payment }] } },
        { "charged without an order: pi_2", Right with { Stripe = [Charge, Charge with { Intent = "pi_2", OrderId = null }] } },
        { $"paid without a charge: order {Order}", Right with { Stripe = [Uncharged] } },
        { $"charged and not paid: order {Order}", Right with { Orders = [PaidOrder with { Status = "payment_failed" }] } },
        { $"payment {Payment} of order {Order} is failed", Right with { Payments = [PaidPayment with { Status = "failed" }] } },
        { $"refunded more than was charged: order {Order}", Right with { Stripe = [Charge with { Refunded = 1801 }] } },
        { $"refunds differ: order {Order}", Right with { Stripe = [Charge with { Refunded = 600 }] } },
        { $"refunds differ: payment {Payment}", Right with { Payments = [PaidPayment with { Refunded = 600 }] } },
        {
            $"order {Order} is refunded with 600 of 1800",
            Right with { Orders = [PaidOrder with { Status = "refunded", Refunded = 600 }], Stripe = [Charge with { Refunded = 600 }] }
        },
        { $"canceled and charged: order {Order}", Right with { Orders = [PaidOrder with { Status = "canceled" }] } },
        { $"order {Order} is paid, its payment canceled", Right with { Payments = [PaidPayment with { Status = "canceled" }] } },
        { $"reported paid and not charged: order {Order}", Right with { Stripe = [Uncharged] } },
        { $"reported paid, and the order is not: {Order}", Right with { Orders = [PaidOrder with { Status = "awaiting_payment" }] } },
        { $"reported canceled and charged: order {Order}", Right with { Customers = [Customer with { ToldCanceled = true }] } },
        {
            $"refunded more than was requested: order {Order}, 0 at most, Stripe says 600",
            Right with { Stripe = [Charge with { Refunded = 600 }] }
        },
        {
            $"reported refunded: order {Order}, reported 600, Stripe says 0",
            Right with { Customers = [Customer with { ToldRefunded = 600 }] }
        },
        { $"lost order: {Order}", Right with { Orders = [] } },
        { $"no live screen: order {Order}", Right with { Customers = [Customer with { StayedOpen = false }] } },
        { $"stale screen: order {Order}", Right with { Customers = [Seeing(new Frame(1, 1, "awaiting_payment", 0))] } },
        {
            $"a screen went back: order {Order}, version 2 after 4",
            Right with { Customers = [Seeing(new(1, 4, "paid", 0), new(1, 2, "payment_failed", 1), new(1, 4, "paid", 2))] }
        },
        {
            $"a screen went back: order {Order}, version 4 after 4",
            Right with { Customers = [Seeing(new(1, 4, "paid", 0), new(1, 4, "paid", 1))] }
        },
        {
            $"a screen went back: order {Order}, version 2 after 4",
            Right with { Customers = [Seeing(new(1, 4, "paid", 0), new(2, 2, "payment_failed", 1), new(2, 4, "paid", 2))] }
        },
        { $"a second order.paid: order {Order}", Right with { FulfilledAgain = [Order] } },
        { $"no webhook: order.paid of order {Order}", Right with { Webhooks = [] } },
        {
            $"a webhook with another id: order.paid of order {Order} is {PaidEvent}, and came as {Payment}",
            Right with { Webhooks = [new(Order, $"{PaidEvent}"), new(Order, $"{Payment}")] }
        },
        { $"a webhook without its event: order.paid of order {Order}", Right with { PaidEvents = [] } },
        { "2 payments' events were never published", Right with { UnpublishedPayments = 2 } },
        { "2 orders' events were never published", Right with { UnpublishedOrders = 2 } },
        { "2 payments' events were never seen as applied", Right with { UnappliedPayments = 2 } },
        { "2 of Stripe's webhooks were never applied", Right with { UnreadWebhooks = 2 } },
        { "2 refunds have no outcome", Right with { OpenRefunds = 2 } },
        { "2 orders are ahead of their payment", Right with { OrdersAhead = 2 } },
        {
            $"payment {Payment} of order {Order} is still processing",
            Right with { Payments = [PaidPayment with { Status = "processing" }] }
        },
        { "dead letter: no such order", Right with { DeadLetters = ["no such order"] } },
    };

    [Theory]
    [MemberData(nameof(WrongBooks), DisableDiscoveryEnumeration = true)]
    public void Each_violation_in_wrong_books_is_named(string violation, Books books) =>
        Assert.Contains(Invariants.Violations(books), found => found.StartsWith(violation, StringComparison.Ordinal));

    static CustomerRow Seeing(params Frame[] frames) => Customer with { Frames = frames };
}
