using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// Stores an order's client secret in a cookie of the customer's browser, one cookie per order. The cookie is not readable by scripts, is
/// encrypted (data protection, bound to the order's id), is sent only to that order's pages, and is not sent with other sites' forms.
/// </summary>
sealed class OrderSecrets(IDataProtectionProvider protection)
{
    const string Cookie = "paymentflow.order";
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    public void Keep(HttpContext context, Guid orderId, string secret) =>
        context.Response.Cookies.Append(Cookie, Protector(orderId).Protect(secret), Options(orderId, Lifetime));

    /// <summary>The order's secret. Null if the browser has no valid cookie for the order.</summary>
    public string? Find(HttpContext context, Guid orderId)
    {
        if (context.Request.Cookies[Cookie] is not { } kept) return null;
        try
        {
            return Protector(orderId).Unprotect(kept);
        }
        catch (CryptographicException)
        {
            // The cookie was changed, or its encryption key no longer exists. Treat it as missing.
            return null;
        }
    }

    /// <summary>The path limits the cookie to one order, so a request contains at most one cookie of this name.</summary>
    internal static CookieOptions Options(Guid orderId, TimeSpan lifetime) => new()
    {
        Path = $"/orders/{orderId}",
        HttpOnly = true,
        // Browsers accept Secure cookies from http://localhost, too.
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
    /// Replicas must share their data protection keys to read each other's cookies. <c>DataProtection:KeysPath</c> is the shared folder.
    /// </summary>
    public static void AddOrderSecrets(this IHostApplicationBuilder builder)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("PaymentFlow.Web");
        if (builder.Configuration["DataProtection:KeysPath"] is { Length: > 0 } path)
            protection.PersistKeysToFileSystem(new DirectoryInfo(path));
        builder.Services.AddSingleton<OrderSecrets>();
    }
}
