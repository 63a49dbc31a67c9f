using System.Net;
using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Web;

/// <summary>Web's answers to plain HTTP requests, without a browser, and the headers of its pages.</summary>
public sealed partial class PageRequestTests(PaymentFlowApp app) : IDisposable
{
    // Each test has its own cookies, as a browser has.
    readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
    {
        BaseAddress = app.Web,
    };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("guess")]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("ключ")]
    [InlineData("a", 600)]
    public async Task A_wrong_secret_opens_nothing(string secret, int times = 1)
    {
        var customer = await Customer.OrdersAsync(app);
        var guess = string.Concat(Enumerable.Repeat(secret, times));

        using var opened = await PostAsync($"/orders/{customer.OrderId}/open", ("clientSecret", guess));

        // An empty field is refused as a bad form.
        if (opened.StatusCode != HttpStatusCode.BadRequest)
        {
            Assert.Equal(
                (HttpStatusCode.SeeOther, $"/orders/{customer.OrderId}"), (opened.StatusCode, opened.Headers.Location?.OriginalString));
        }
        Assert.DoesNotContain(CookiesOf(opened), cookie => cookie.StartsWith("paymentflow.order=", StringComparison.Ordinal));
        using var page = await _browser.GetAsync($"/orders/{customer.OrderId}", Token);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("data-screen=\"unknown\"", await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_right_secret_opens_the_order()
    {
        var customer = await Customer.OrdersAsync(app);

        using var opened = await PostAsync($"/orders/{customer.OrderId}/open", ("clientSecret", customer.Secret));

        Assert.Equal(
            (HttpStatusCode.SeeOther, $"/orders/{customer.OrderId}"), (opened.StatusCode, opened.Headers.Location?.OriginalString));
        var cookie = Assert.Single(CookiesOf(opened), cookie => cookie.StartsWith("paymentflow.order=", StringComparison.Ordinal));
        // The cookie is Secure. Browsers also send such cookies to http://localhost, but CookieContainer does not.
        using HttpRequestMessage request = new(HttpMethod.Get, $"/orders/{customer.OrderId}");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var page = await _browser.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Pages_allow_their_own_scripts_only()
    {
        using var page = await _browser.GetAsync("/", Token);

        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("stripe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_place_an_order()
    {
        // The basket has a product, so that only the missing token can be the reason for the refusal.
        var token = await TokenAsync();
        using var filled = await PostAsync("/basket", ("productId", "mug"), ("quantity", "1"), ("__RequestVerificationToken", token));
        Assert.Equal(HttpStatusCode.SeeOther, filled.StatusCode);

        using var foreign = await PostAsync("/orders", ("anything", "x"));
        using var own = await PostAsync("/orders", ("__RequestVerificationToken", token));

        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        Assert.Contains("Something went wrong", await foreign.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, own.StatusCode);
        Assert.StartsWith("/orders/", own.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en-US", "en")]
    [InlineData("ru-RU", "ru")]
    [InlineData("ru-RU,ru;q=0.9,en;q=0.8", "ru")]
    [InlineData("fi-FI", "en")]
    public async Task A_page_is_in_the_browsers_language_or_in_English(string accepted, string language)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept-Language", accepted);

        using var page = await _browser.SendAsync(request, Token);

        Assert.Contains($"<html lang=\"{language}\"", await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal([language], page.Content.Headers.ContentLanguage);
    }

    [Theory]
    [InlineData("//example.com/", "/")]
    [InlineData("/\\example.com/", "/")]
    [InlineData("https://example.com/", "/")]
    [InlineData("/checkout", "/checkout")]
    public async Task Switching_the_language_never_redirects_to_another_site(string returnTo, string expected)
    {
        using var switched = await PostAsync("/language",
            ("language", "ru"), ("returnTo", returnTo), ("__RequestVerificationToken", await TokenAsync()));
        using var page = await _browser.GetAsync("/", Token);

        Assert.Equal((HttpStatusCode.SeeOther, expected), (switched.StatusCode, switched.Headers.Location?.OriginalString));
        Assert.Contains("<html lang=\"ru\"", await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    public void Dispose() => _browser.Dispose();

    async Task<string> TokenAsync()
    {
        var page = await _browser.GetStringAsync("/", Token);
        return WebUtility.HtmlDecode(AntiforgeryToken().Match(page).Groups[1].Value);
    }

    async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using FormUrlEncodedContent form = new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await _browser.PostAsync(path, form, Token);
    }

    static IEnumerable<string> CookiesOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [];

    [GeneratedRegex(@"name=""__RequestVerificationToken"" value=""([^""]+)""")]
    private static partial Regex AntiforgeryToken();
}
