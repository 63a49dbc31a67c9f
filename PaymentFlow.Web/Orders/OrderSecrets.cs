using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Keeps an order's client secret in the customer's browser: in a cookie of the order's own that scripts can't read, that is
/// encrypted (data protection, bound to the order's id), that is sent to that order's pages only, and not by other sites' forms.
/// </summary>
sealed class OrderSecrets(IDataProtectionProvider protection)
{
    const string Cookie = "paymentflow.order";
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    public void Keep(HttpContext context, Guid orderId, string secret) =>
        context.Response.Cookies.Append(Cookie, Protector(orderId).Protect(secret), Options(orderId, Lifetime));

    /// <summary>Null when this browser has none for the order, or not one of ours.</summary>
    public string? Find(HttpContext context, Guid orderId)
    {
        if (context.Request.Cookies[Cookie] is not { } kept) return null;
        try
        {
            return Protector(orderId).Unprotect(kept);
        }
        catch (CryptographicException)
        {
            // Tampered with, or older than the keys: the same as having none.
            return null;
        }
    }

    /// <summary>The path makes it the order's own: one name, and never more than one of them in a request.</summary>
    internal static CookieOptions Options(Guid orderId, TimeSpan lifetime) => new()
    {
        Path = $"/orders/{orderId}",
        HttpOnly = true,
        // Browsers take it from http://localhost, too.
        Secure = true,
        SameSite = SameSiteMode.Lax,
        MaxAge = lifetime,
        IsEssential = true,
    };

    IDataProtector Protector(Guid orderId) => protection.CreateProtector("PaymentFlow.Web.OrderSecrets", orderId.ToString());
}

static class OrderSecretsRegistration
{
    /// <summary>
    /// Several replicas read each other's cookies when they share their keys: <c>DataProtection:KeysPath</c>, a folder.
    /// </summary>
    public static void AddOrderSecrets(this IHostApplicationBuilder builder)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("PaymentFlow.Web");
        if (builder.Configuration["DataProtection:KeysPath"] is { Length: > 0 } path)
            protection.PersistKeysToFileSystem(new DirectoryInfo(path));
        builder.Services.AddSingleton<OrderSecrets>();
    }
}
