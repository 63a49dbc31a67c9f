using PaymentFlow.PaymentApi.Refunds;

namespace PaymentFlow.Tests.Unit.Payments;

public sealed class RefundStatusTests
{
    static readonly string[] Order = ["reserved", "not_sent", "pending", "succeeded", "failed"];

    [Fact]
    public void A_refunds_status_only_goes_forward_and_a_failure_is_final()
    {
        foreach (var (i, from) in Order.Index())
            foreach (var (j, to) in Order.Index())
                Assert.Equal(i < j, RefundStatuses.IsForward(from, to));
    }

    [Fact]
    public void Stripes_state_leaves_the_amount_and_our_id_of_a_refund()
    {
        Refund refund = new()
        {
            Id = Guid.CreateVersion7(),
            PaymentId = Guid.CreateVersion7(),
            Amount = 100,
            Status = "reserved",
            CreatedAt = DateTime.UnixEpoch,
        };
        var after = new StripeRefundState(null, "re_1", 40, "failed", "lost_or_stolen_card").Update(refund);
        Assert.Equal(refund with { Status = "failed", Code = "lost_or_stolen_card", StripeRefundId = "re_1" }, after);
    }
}
