using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults.Authentication;

/// <summary>Calls that are open to an order's customer, by its token, and to the holders of keys.</summary>
public static class KeyHolder
{
    /// <summary>
    /// Whether the request may be answered by the key of one of these roles alone. If it has an <c>Authorization</c> header, even a
    /// malformed one, only that token counts, whatever keys come with it. So a service that forwards its caller's token cannot give the
    /// caller more rights, and every call decides the same.
    /// </summary>
    public static bool Is(HttpContext context, params ReadOnlySpan<string> roles)
    {
        if (BearerToken.IsOffered(context.Request)) return false;
        foreach (var role in roles)
            if (context.User.IsInRole(role)) return true;
        return false;
    }

    /// <summary>
    /// Whether the request has the viewers' key and no token. Such a request is a viewer's, whatever other keys come with it: Web sends its
    /// service key beside the key of the person at the console.
    /// </summary>
    public static bool IsViewerOnly(HttpContext context) => Is(context, Roles.Viewer) && !context.User.IsInRole(Roles.Operator);
}
