namespace PaymentFlow.ServiceDefaults;

/// <summary>The roles of callers, each proved by a key.</summary>
public static class Roles
{
    /// <summary><c>X-Operator-Key</c> against <c>Operator:Key</c>.</summary>
    public const string Operator = "operator";

    /// <summary>
    /// <c>X-Operator-Key</c> against <c>Operator:ViewerKey</c>: may read what an operator may read, and change nothing. An operator has
    /// this role, too.
    /// </summary>
    public const string Viewer = "viewer";

    /// <summary><c>X-Api-Key</c> against <c>Merchant:ApiKey</c>.</summary>
    public const string Merchant = "merchant";

    /// <summary><c>X-Service-Key</c> against <c>Services:Key</c>: a call from one of our own services.</summary>
    public const string Service = "service";
}
