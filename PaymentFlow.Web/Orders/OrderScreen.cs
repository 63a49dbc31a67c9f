namespace PaymentFlow.Web.Orders;

/// <summary>
/// The screens of an order's page. The status of a settled order decides. Until then, the screen depends on what this page has done
/// (paying, redirecting). See <see cref="OrderPageState.Screen"/>.
/// </summary>
public enum OrderScreen
{
    /// <summary>The payment form. If the last attempt failed, the reason is shown above it.</summary>
    Pay,

    /// <summary>A payment is in progress. Its outcome arrives by push.</summary>
    Confirming,

    /// <summary>3-D Secure: the customer must confirm with the bank.</summary>
    Bank,

    /// <summary>The payment succeeded, but the order is not marked as paid yet.</summary>
    Received,
    Paid,

    /// <summary>Paid before this page was opened, or from another page. This page charged nothing.</summary>
    AlreadyPaid,
    PartiallyRefunded,
    Refunded,

    /// <summary>The customer canceled the order, but it is not marked as canceled yet.</summary>
    Canceling,
    Canceled,
}
