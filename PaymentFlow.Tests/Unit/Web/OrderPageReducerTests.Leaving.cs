using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Tests.Unit.Web;

// The way back to the merchant's shop.
public sealed partial class OrderPageReducerTests
{
    [Fact]
    public void A_page_that_has_seen_the_payment_counts_down_and_leads_back_to_the_shop()
    {
        var paid = After(OfMerchant(OrderStatuses.AwaitingPayment), Push(OrderStatuses.Paid));
        Assert.Equal((OrderScreen.Paid, 2), (paid.Screen, paid.LeavesIn));
        Assert.IsType<OrderPageEffect.WaitASecond>(_effect);

        // A repeated push does not make the seconds shorter.
        Assert.Same(paid, After(paid, Push(OrderStatuses.Paid)));
        Assert.Null(_effect);

        var one = After(paid, new OrderPageEvent.SecondPassed());
        Assert.Equal(1, one.LeavesIn);
        Assert.IsType<OrderPageEffect.WaitASecond>(_effect);
        Assert.Equal(paid.Announcements, one.Announcements);

        var gone = After(one, new OrderPageEvent.SecondPassed());
        Assert.Equal(0, gone.LeavesIn);
        Assert.IsType<OrderPageEffect.GoToShop>(_effect);

        Assert.Same(gone, After(gone, new OrderPageEvent.SecondPassed()));
        Assert.Null(_effect);
    }

    [Fact]
    public void A_customer_who_stays_is_not_led_away()
    {
        var paid = After(OfMerchant(OrderStatuses.AwaitingPayment), Push(OrderStatuses.Paid));
        var stays = After(paid, new OrderPageEvent.StayClicked());
        Assert.Equal((null, true, paid.Announcements + 1), (stays.LeavesIn, stays.Stays, stays.Announcements));

        Assert.Same(stays, After(stays, new OrderPageEvent.SecondPassed()));
        Assert.Null(_effect);
        Assert.Null(After(stays, Push(OrderStatuses.Paid, version: 3)).LeavesIn);
    }

    [Fact]
    public void A_page_that_comes_from_the_bank_leaves_as_soon_as_it_is_interactive()
    {
        var page = OfMerchant(OrderStatuses.Paid, fromBank: true);
        Assert.Equal((OrderScreen.Paid, 2), (page.Screen, page.LeavesIn));

        Assert.Same(page, After(page, new OrderPageEvent.Opened()));
        Assert.IsType<OrderPageEffect.WaitASecond>(_effect);
    }

    [Fact]
    public void A_page_of_an_order_that_was_paid_before_or_that_leads_nowhere_stays()
    {
        // The customer has come back from the shop, or has opened the link again.
        foreach (var page in new[] { OfMerchant(OrderStatuses.Paid), OfMerchant(OrderStatuses.AwaitingPayment), Opened() })
        {
            Assert.Null(After(page, new OrderPageEvent.Opened()).LeavesIn);
            Assert.Null(_effect);
        }
        foreach (var page in new[] { Opened(), OfMerchant(OrderStatuses.AwaitingPayment, leaveAfter: 0) })
        {
            Assert.Null(After(page, Push(OrderStatuses.Paid)).LeavesIn);
            Assert.Null(_effect);
        }
    }

    [Fact]
    public void A_refund_ends_the_countdown()
    {
        var paid = After(OfMerchant(OrderStatuses.AwaitingPayment), Push(OrderStatuses.Paid));
        var refunded = After(paid, Push(OrderStatuses.Refunded, version: 3, refunded: 1800));
        Assert.Null(refunded.LeavesIn);

        Assert.Same(refunded, After(refunded, new OrderPageEvent.SecondPassed()));
        Assert.Null(_effect);
    }

    static OrderPageState OfMerchant(string status, bool fromBank = false, int leaveAfter = 2) =>
        OrderPageState.Open(An(status) with { ReturnUrl = "https://shop.example/" }, fromBank, leaveAfter);
}
