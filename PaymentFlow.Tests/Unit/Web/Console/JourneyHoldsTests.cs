using PaymentFlow.Contracts.Journey;
using PaymentFlow.Web.Operators.Payment;
using static PaymentFlow.Contracts.Journey.JourneyKinds;

namespace PaymentFlow.Tests.Unit.Web.Console;

/// <summary>The holders of a payment, by its recorded steps.</summary>
public sealed class JourneyHoldsTests
{
    static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_payment_goes_from_the_customer_through_every_part_to_the_screen()
    {
        var journey = Of(
            [
                At(0, OrderCreated, 1), At(1, EventPublished, 1), At(1012, EventConsumed, 2), At(1015, OrderPaid, 2),
                At(1018, PushedSocket, 2), At(1019, EventPublished, 2), At(1030, PushedPage, 2),
            ],
            [
                At(1000, PaymentAccepted), At(1001, AttemptStarted), At(1009, AttemptSucceeded), At(1010, PaymentSucceeded, 1),
                At(1011, EventPublished, 1), At(31_011, EventChecked, 1),
            ]);

        Assert.Equal(
            [
                (Holder.Customer, 0, 1000), (Holder.PaymentApi, 1000, 1001), (Holder.Stripe, 1001, 1009), (Holder.PaymentApi, 1009, 1011),
                (Holder.Kafka, 1011, 1012), (Holder.OrderService, 1012, 1018), (Holder.Screen, 1018, 1018), (Holder.Screen, 1030, 1030),
            ],
            HoldsOf(journey));
        Assert.Equal(
            [(Holder.Kafka, EventPublished), (Holder.Kafka, EventPublished), (Holder.PaymentApi, EventChecked)],
            journey.Marks.Select(mark => (mark.Holder, mark.Line.Step.Kind)));
        Assert.Equal(
            [
                (Holder.Customer, 1000), (Holder.PaymentApi, 3), (Holder.Stripe, 8), (Holder.Kafka, 1), (Holder.OrderService, 6),
                (Holder.Screen, 0),
            ],
            journey.Totals(Start).Select(total => (total.Holder, (int)total.Time.TotalMilliseconds)));
    }

    [Fact]
    public void After_a_decline_it_is_the_customers_turn_again()
    {
        var journey = Of(
            [At(0, OrderCreated, 1), At(4, EventConsumed, 2), At(5, OrderPaymentFailed, 2), At(6, PushedSocket, 2)],
            [At(1, AttemptStarted), At(2, AttemptFailed), At(2, PaymentFailed, 1), At(3, EventPublished, 1), At(90, AttemptStarted)]);

        Assert.Equal(
            [(Holder.Screen, 6, 6), (Holder.Customer, 6, 90), (Holder.Stripe, 90, null)], HoldsOf(journey).TakeLast(3));
    }

    [Fact]
    public void A_dead_letter_stays_with_OrderService_until_it_is_replayed()
    {
        var journey = Of(
            [At(0, OrderCreated, 1), At(4, DeadLetter), At(9000, EventConsumed, 2), At(9002, OrderPaid, 2), At(9003, DeadLetterReplayed)],
            [At(1, PaymentSucceeded, 1), At(2, EventPublished, 1)]);

        Assert.Equal([(Holder.Kafka, 2, 4), (Holder.OrderService, 4, 9002)], HoldsOf(journey).TakeLast(2));
    }

    [Fact]
    public void What_has_no_end_yet_is_held_until_now()
    {
        var kafka = Of([At(0, OrderCreated, 1)], [At(1, PaymentSucceeded, 1), At(2, EventPublished, 1), At(60_000, EventRepublished, 1)]);
        Assert.Equal((Holder.Kafka, 2, null), HoldsOf(kafka)[^1]);

        var layout = PictureLayout.Of(kafka, Start.AddMinutes(5), 1000)!;
        Assert.Equal((TimeSpan.FromMilliseconds(299_998), 1000), (layout.Holds[^1].Time, Math.Round(layout.Holds[^1].To)));
    }

    [Fact]
    public void An_event_that_is_published_again_after_it_was_applied_hands_nothing_over()
    {
        var journey = Of(
            [At(0, OrderCreated, 1), At(3, EventConsumed, 2), At(4, OrderPaid, 2)],
            [At(1, PaymentSucceeded, 1), At(2, EventPublished, 1), At(60_000, EventRepublished, 1)]);

        Assert.Equal((Holder.OrderService, 3, 4), HoldsOf(journey)[^1]);
    }

    [Fact]
    public void Clocks_that_differ_and_missing_steps_still_make_a_picture()
    {
        // OrderService's clock is behind: the event is consumed before it was published.
        var skewed = Of(
            [At(0, OrderCreated, 1), At(2, EventConsumed, 2), At(3, OrderPaid, 2)], [At(1, PaymentSucceeded, 1), At(4, EventPublished, 1)]);
        Assert.Equal((Holder.OrderService, 2, 3), HoldsOf(skewed)[^1]);

        Assert.Null(PictureLayout.Of(Of([], []), Start, 1000));
        Assert.Null(PictureLayout.Of(Of([], [At(0, EventChecked, 1)]), Start, 1000));
        // Our clock is behind the services'.
        Assert.NotNull(PictureLayout.Of(Of([At(5, OrderCreated, 1)], []), Start, 1000));
    }

    static JourneyHolds Of(IReadOnlyList<JourneyStep> orders, IReadOnlyList<JourneyStep> payments) =>
        JourneyHolds.Of(JourneyLine.Merge(orders, payments));

    static JourneyStep At(int milliseconds, string kind, long? version = null) =>
        new(Start.AddMilliseconds(milliseconds), kind, null, version);

    static IReadOnlyList<(Holder, int, int?)> HoldsOf(JourneyHolds journey) => [.. journey.Holds.Select(hold =>
        (hold.Holder, Milliseconds(hold.From), hold.To is { } to ? Milliseconds(to) : (int?)null))];

    static int Milliseconds(DateTimeOffset time) => (int)(time - Start).TotalMilliseconds;
}
