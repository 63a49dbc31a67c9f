using CsCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.OrderService.Payments;

namespace PaymentFlow.Tests.Unit.Model;

/// <summary>After any sequence of events the payment agrees with Stripe, and the order agrees with the payment.</summary>
public sealed class StateMachineTests
{
    static readonly Gen<(Happening, int)[]> Steps = Gen.Select(Gen.Enum<Happening>(), Gen.Int[0, 10_000]).Array[0, 25];

    /// <summary>The legal next statuses. The same status at a higher version is always legal.</summary>
    static readonly Dictionary<string, string[]> Legal = new()
    {
        [PaymentStatuses.Processing] =
            [PaymentStatuses.RequiresAction, PaymentStatuses.Failed, PaymentStatuses.Succeeded, PaymentStatuses.Canceled],
        [PaymentStatuses.RequiresAction] =
            [PaymentStatuses.Processing, PaymentStatuses.Failed, PaymentStatuses.Succeeded, PaymentStatuses.Canceled],
        [PaymentStatuses.Failed] =
            [PaymentStatuses.Processing, PaymentStatuses.RequiresAction, PaymentStatuses.Succeeded, PaymentStatuses.Canceled],
        [PaymentStatuses.Succeeded] = [PaymentStatuses.PartiallyRefunded, PaymentStatuses.Refunded],
        [PaymentStatuses.PartiallyRefunded] = [PaymentStatuses.Succeeded, PaymentStatuses.Refunded],
        [PaymentStatuses.Refunded] = [PaymentStatuses.Succeeded, PaymentStatuses.PartiallyRefunded],
        [PaymentStatuses.Canceled] = [],
    };

    [Fact]
    public void A_payment_takes_only_legal_steps_and_ends_in_the_state_that_Stripe_has() => Steps.Sample(steps =>
    {
        var history = PaymentHistory.Of(steps);
        var payment = history.Payment;

        foreach (var (from, to) in history.Statuses.Zip(history.Statuses.Skip(1)))
            Assert.True(from == to || Legal[from].Contains(to), $"{from} became {to}.");
        Assert.True(history.Charges <= 1);
        Assert.Equal(history.Charges == 1, payment.Paid);
        Assert.Equal(history.CanceledAtStripe, payment.Status == PaymentStatuses.Canceled);
        Assert.Equal(history.RefundedAtStripe, payment.AmountRefunded);
        Assert.InRange(payment.AmountRefunded, 0, history.Charges * payment.Amount);
        Assert.False(payment.InFlight);
    });

    [Fact]
    public void Events_have_rising_versions_and_refund_no_more_than_was_charged() => Steps.Sample(steps =>
    {
        var published = PaymentHistory.Of(steps).Published;

        Assert.Equal(published.Select(item => item.PaymentVersion).Distinct().Order(), published.Select(item => item.PaymentVersion));
        Assert.Equal(published.Count, published.Select(item => item.EventId).Distinct().Count());
        Assert.All(published, item => Assert.InRange(item.AmountRefunded, 0, item.Amount));
    });

    [Fact]
    public void An_order_ends_in_the_same_state_when_its_events_are_shuffled_and_repeated() =>
        Gen.Select(Steps, Gen.Int).Sample((steps, seed) =>
        {
            var history = PaymentHistory.Of(steps);
            var order = new OrderModel();

            foreach (var delivered in Deliveries.Of(history.Published, seed)) order.Apply(delivered);

            var newest = history.Published.LastOrDefault();
            Assert.Equal(newest?.PaymentVersion ?? 0, order.PaymentVersion);
            Assert.Equal(newest is null ? OrderStatuses.AwaitingPayment : OrderState.Of(newest.Status).Status, order.Status);
            // The order agrees with Stripe about the charge, the refunds and the cancellation.
            Assert.Equal(history.Charges == 1, OrderState.Charged.Contains(order.Status));
            Assert.Equal(history.RefundedAtStripe, order.AmountRefunded);
            Assert.Equal(history.CanceledAtStripe, order.Status == OrderStatuses.Canceled);
        });

    /// <summary>A model of OrderUpdateStore's conditional UPDATE. OrderUpdateModelTests tests the statement on Postgres.</summary>
    sealed class OrderModel
    {
        public string Status { get; private set; } = OrderStatuses.AwaitingPayment;

        public long PaymentVersion { get; private set; }

        public long AmountRefunded { get; private set; }

        public void Apply(PaymentEvent payment)
        {
            if (payment.PaymentVersion <= PaymentVersion) return;
            (Status, PaymentVersion, AmountRefunded) =
                (OrderState.Of(payment.Status).Status, payment.PaymentVersion, payment.AmountRefunded);
        }
    }
}

/// <summary>Delivers events at least once and in any order.</summary>
static class Deliveries
{
    public static PaymentEvent[] Of(IReadOnlyList<PaymentEvent> published, int seed)
    {
        Random random = new(seed);
        PaymentEvent[] deliveries =
            [.. published, .. published.Where(_ => random.Next(2) == 0), .. published.Where(_ => random.Next(3) == 0)];
        random.Shuffle(deliveries);
        return deliveries;
    }
}
