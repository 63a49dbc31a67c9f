namespace PaymentFlow.Web.Shop;

/// <summary>The basket lives in the browser: looking around costs the server no memory, and a restart loses nothing.</summary>
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
