namespace PaymentFlow.Contracts;

/// <summary>The request headers that our APIs define. docs/api.md explains each.</summary>
public static class RequestHeaders
{
    /// <summary>The caller's name for a request, by which a repeat is recognized.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>A merchant's key, the setting <c>Merchant:ApiKey</c>.</summary>
    public const string ApiKey = "X-Api-Key";

    /// <summary>The operators' key, the setting <c>Operator:Key</c>, or the viewers', the setting <c>Operator:ViewerKey</c>.</summary>
    public const string OperatorKey = "X-Operator-Key";

    /// <summary>A name that the holder of the operator key states. The key is shared, so the name is not verified.</summary>
    public const string OperatorName = "X-Operator-Name";

    /// <summary>
    /// The address of the operator in whose place one of our services calls. Read only beside a right <see cref="ServiceKey"/>.
    /// </summary>
    public const string OperatorAddress = "X-Operator-Address";

    /// <summary>The address of the customer in whose place Web calls. Read only beside a right <see cref="ServiceKey"/>.</summary>
    public const string ClientAddress = "X-Client-Address";

    /// <summary>The key of our own services, the setting <c>Services:Key</c>.</summary>
    public const string ServiceKey = "X-Service-Key";
}
