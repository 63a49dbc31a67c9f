namespace PaymentFlow.Contracts;

/// <summary>The request headers that are our own or that more than one service uses. docs/api.md explains each.</summary>
public static class ApiHeaders
{
    public const string ApiKey = "X-Api-Key";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string OperatorKey = "X-Operator-Key";

    /// <summary>The operator's name as the caller states it. The key is shared, so the name is not verified.</summary>
    public const string OperatorName = "X-Operator-Name";

    public const string ServiceKey = "X-Service-Key";
}
