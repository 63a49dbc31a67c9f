using PaymentFlow.Web.Operators.Payments;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>The rows that the payments page shows while payments come and change.</summary>
public sealed class ShownPaymentsTests
{
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rows_change_in_place_and_new_payments_wait_until_they_are_wanted()
    {
        var (first, second, third) = (Payment(1), Payment(2), Payment(3));
        ShownPayments shown = new([second, first], IsComplete: true);

        shown = shown.With([first with { Status = "refunded" }, third]).Offered([third, second]);

        Assert.Equal([second, first with { Status = "refunded" }], shown.Rows);
        Assert.Equal([third], shown.Waiting);
        // A waiting payment changes, too, and is not offered twice.
        shown = shown.With([third with { Status = "failed" }]).Offered([third]).WithWaiting();
        Assert.Equal(["failed", "succeeded", "refunded"], shown.Rows.Select(payment => payment.Status));
        Assert.Empty(shown.Waiting);
        Assert.Null(shown.Next);
    }

    [Fact]
    public void Payments_older_than_the_rows_belong_to_the_next_page_and_late_ones_get_their_place()
    {
        ShownPayments shown = new([Payment(9), Payment(5)], IsComplete: false);

        shown = shown.Offered([Payment(2), Payment(7), Payment(12)]).WithWaiting();

        Assert.Equal([Payment(12), Payment(9), Payment(7), Payment(5)], shown.Rows);
        Assert.Equal(Payment(5).Id, shown.Next);
    }

    [Fact]
    public void A_page_has_a_hundred_rows_at_most_and_what_is_cut_off_follows_on_the_next()
    {
        ShownPayments shown = new([.. Payments(1, 60)], IsComplete: true);

        shown = shown.OfferedPage(new([.. Payments(55, 50)], Payment(55).Id, null, null)).WithWaiting();

        Assert.Equal(Payments(5, 100), shown.Rows);
        Assert.Equal(Payment(5).Id, shown.Next);
    }

    [Fact]
    public void A_full_page_of_unknown_payments_replaces_the_rows_because_others_may_be_between()
    {
        ShownPayments shown = new([Payment(2), Payment(1)], IsComplete: true);

        shown = shown.OfferedPage(new([.. Payments(100, 50)], Payment(100).Id, null, null));

        Assert.True(shown.Replaces);
        Assert.Equal([Payment(2), Payment(1)], shown.Rows);
        shown = shown.WithWaiting();
        Assert.Equal(Payments(100, 50), shown.Rows);
        Assert.Equal(Payment(100).Id, shown.Next);
    }

    [Fact]
    public void Of_thousands_of_changes_only_the_shown_orders_and_a_hundred_others_are_kept()
    {
        ChangedOrders changed = new();
        var shown = Guid.CreateVersion7();
        changed.Watch(new HashSet<Guid> { shown });
        for (var i = 0; i < 10_000; i++) changed.Offer(Guid.CreateVersion7());
        changed.Offer(shown);
        changed.Offer(shown);

        var (watched, others) = changed.Take();

        Assert.Equal([shown], watched);
        Assert.Equal(100, others.Count);
        Assert.Equal((0, 0), (changed.Take().Shown.Count, changed.Take().Others.Count));
    }

    /// <summary>Newest first, from <paramref name="oldest"/> on.</summary>
    static IEnumerable<ListedPayment> Payments(int oldest, int count) => Enumerable.Range(oldest, count).Reverse().Select(Payment);

    static ListedPayment Payment(int number) => new(
        Guid.Parse($"0190{number:x4}-0000-7000-8000-000000000000"), Guid.Parse($"0190{number:x4}-0000-7000-9000-000000000000"),
        $"R{number}", null, 100, 0, "usd", "succeeded", false, false, null, 1, Start, Start);
}
