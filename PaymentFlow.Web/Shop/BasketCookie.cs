namespace PaymentFlow.Web.Shop;

/// <summary>Stores the basket in a cookie, so that it takes no server memory and survives a restart.</summary>
static class BasketCookie
{
    const string Name = "paymentflow.basket";

    public static Basket Read(HttpContext context) => Basket.Parse(context.Request.Cookies[Name]);

    public static void Write(HttpContext context, Basket basket)
    {
        var options = new CookieOptions
        {
            HttpOnly = true,
            Secure = context.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            MaxAge = TimeSpan.FromDays(30),
            IsEssential = true,
        };
        if (basket.Lines.IsEmpty) context.Response.Cookies.Delete(Name, options);
        else context.Response.Cookies.Append(Name, basket.ToString(), options);
    }
}
