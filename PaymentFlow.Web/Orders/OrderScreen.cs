namespace PaymentFlow.Web.Orders;

/// <summary>What an order's page can look like. The order's own status decides first; before it is settled, this page's doings.</summary>
public enum OrderScreen
{
    /// <summary>The form, with the reason above it when the last press did not pay.</summary>
    Pay,

    /// <summary>A payment is under way, and its outcome comes by push.</summary>
    Confirming,

    /// <summary>3-D Secure: the customer is on the way to their bank.</summary>
    Bank,

    /// <summary>Stripe said yes; the order has not heard of it yet.</summary>
    Received,
    Paid,

    /// <summary>Paid before this page was opened, or by somebody else's press: this one charged nothing.</summary>
    AlreadyPaid,
    PartiallyRefunded,
    Refunded,

    /// <summary>The customer canceled it; the order has not heard of it yet.</summary>
    Canceling,
    Canceled,
}
