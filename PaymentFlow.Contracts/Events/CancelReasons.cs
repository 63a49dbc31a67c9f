namespace PaymentFlow.Contracts.Events;

/// <summary>Why an order was canceled, as used in the API, the table and the events.</summary>
public static class CancelReasons
{
    public const string Customer = "customer";
    public const string Operator = "operator";

    /// <summary>The order was not paid in time. In the API, <c>canceledBy</c> is absent then.</summary>
    public const string Expired = "expired";
}
