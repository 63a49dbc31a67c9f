using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults;

/// <summary>Who an operator is, as far as the request tells, for the record of what operators did.</summary>
public static class OperatorIdentity
{
    /// <summary>A name that the caller states: the key is shared, so nothing proves it.</summary>
    public const string NameHeader = "X-Operator-Name";

    const int MaxNameLength = 100;

    /// <summary>
    /// The signed-in name, or else the stated one, with the caller's address: <c>anna (10.0.0.7)</c>. Control characters
    /// are left out and the name is cut at 100 characters.
    /// </summary>
    public static string Of(HttpContext context)
    {
        var stated = context.User.Identity?.Name ?? context.Request.Headers[NameHeader].ToString();
        string name = new([.. stated.Where(c => !char.IsControl(c)).Take(MaxNameLength)]);
        return $"{(string.IsNullOrWhiteSpace(name) ? "operator" : name.Trim())} ({context.Connection.RemoteIpAddress})";
    }
}
