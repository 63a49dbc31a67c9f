using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults;

/// <summary>The operator's name and address from a request, for the record of operator actions.</summary>
public static class OperatorIdentity
{
    /// <summary>A name that the caller states. The key is shared, so the name is not verified.</summary>
    public const string NameHeader = "X-Operator-Name";

    const int MaxNameLength = 100;

    /// <summary>
    /// The signed-in name, or the stated name without sign-in, with the caller's address: <c>anna (10.0.0.7)</c>. Control characters
    /// are removed, and the name is cut at 100 characters.
    /// </summary>
    public static string Of(HttpContext context)
    {
        var stated = context.User.Identity?.Name ?? context.Request.Headers[NameHeader].ToString();
        string name = new([.. stated.Where(c => !char.IsControl(c)).Take(MaxNameLength)]);
        return $"{(string.IsNullOrWhiteSpace(name) ? "operator" : name.Trim())} ({context.Connection.RemoteIpAddress})";
    }
}
