using System.Globalization;
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

    /// <summary>A page of the shop is our HTML, one style sheet, Blazor's script and our own modules.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("/checkout")]
    [InlineData("/operator/sign-in")]
    public async Task A_page_loads_only_our_own_few_files(string path)
    {
        var html = await _browser.GetStringAsync(new Uri(path, UriKind.Relative), Token);

        var files = Files().Matches(html).Select(match => Fingerprint().Replace(match.Groups[1].Value, ""))
            // Only the console's own pages have its styles.
            .Where(file => !path.StartsWith("/operator", StringComparison.Ordinal)
                || !file.StartsWith("console/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.Equal(["Components/ReconnectNotice.razor.js", "_framework/blazor.web.js", "app.css", "favicon.svg"], files);
        // Packages would load their scripts by this comment.
        Assert.DoesNotContain("Blazor-Web-Initializers", html, StringComparison.Ordinal);
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
    [InlineData("/\t/example.com/", "/")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/checkout", "/checkout")]
    public async Task Switching_the_language_never_redirects_to_another_site(string returnTo, string expected)
    {
        using var switched = await PostAsync("/language",
            ("language", "ru"), ("returnTo", returnTo), ("__RequestVerificationToken", await TokenAsync()));
        using var page = await _browser.GetAsync("/", Token);

        Assert.Equal((HttpStatusCode.SeeOther, expected), (switched.StatusCode, switched.Headers.Location?.OriginalString));
        Assert.Contains("<html lang=\"ru\"", await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_places_one_order()
    {
        await AddAsync("mug");
        var form = await FormAsync();

        var both = await Task.WhenAll(PlaceAsync(form), PlaceAsync(form));
        // The browser has read an answer, so the basket is empty now.
        var later = await PlaceAsync(form);
        await AddAsync("mug");
        var other = await PlaceAsync(await FormAsync());

        Assert.StartsWith("/orders/", later.Location, StringComparison.Ordinal);
        Assert.All(both, one => Assert.Equal(later.Location, one.Location));
        // Each answer has the order's cookie, so the customer can pay whichever answer the browser reads.
        Assert.All(both.Append(later), one =>
            Assert.Single(one.Cookies, cookie => cookie.StartsWith("paymentflow.order=", StringComparison.Ordinal)));
        Assert.StartsWith("/orders/", other.Location, StringComparison.Ordinal);
        Assert.NotEqual(later.Location, other.Location);
    }

    [Theory]
    [InlineData("sku.42")]
    [InlineData("T-Shirt/Red M")]
    [InlineData("кружка")]
    public async Task A_product_may_have_any_id(string id)
    {
        Assert.Equal("/", await AddAsync(id));

        var page = WebUtility.HtmlDecode(await _browser.GetStringAsync("/", Token));
        Assert.Contains($"<span class=\"line-name\">{id}</span>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_product_that_the_basket_does_not_take_is_reported()
    {
        var location = await AddAsync(new string('a', 65));

        Assert.Equal("/?problem=not_added", location);
        Assert.Contains("The product was not added", await _browser.GetStringAsync(location, Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Orders/{0}", "/orders/{0}")]
    [InlineData("/orders/{0}/", "/orders/{0}")]
    [InlineData("/orders/{0:N}", "/orders/{0}")]
    [InlineData("/orders/%7B{0}%7D", "/orders/{0}")]
    [InlineData("/%6Frders/{0}?a=b%20c", "/orders/{0}?a=b%20c")]
    [InlineData("/ORDERS/{0}/Return?redirect_status=x", "/orders/{0}/return?redirect_status=x")]
    [InlineData("/Operator", "/operator")]
    [InlineData("/operator/", "/operator")]
    [InlineData("/operator/ORDERS/{0:N}", "/operator/orders/{0}")]
    public async Task Another_spelling_of_an_address_leads_to_the_one_that_the_cookie_is_for(string spelling, string canonical)
    {
        var id = Guid.CreateVersion7();

        var response = await RawHttp.GetAsync(app.Web, string.Format(CultureInfo.InvariantCulture, spelling, id));

        Assert.StartsWith("HTTP/1.1 301 ", response, StringComparison.Ordinal);
        Assert.Contains(
            $"\r\nLocation: {string.Format(CultureInfo.InvariantCulture, canonical, id)}\r\n", response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_in_capitals_leads_the_customer_to_their_order()
    {
        var customer = await Customer.OrdersAsync(app);
        using var opened = await PostAsync($"/orders/{customer.OrderId}/open", ("clientSecret", customer.Secret));

        using var redirected = await _browser.GetAsync($"/orders/{customer.OrderId.ToString().ToUpperInvariant()}", Token);

        Assert.Equal(HttpStatusCode.MovedPermanently, redirected.StatusCode);
        Assert.Equal($"/orders/{customer.OrderId}", redirected.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("web", "(a)")]
    [InlineData("web", "")]
    [InlineData("web", "a;b")]
    [InlineData("order-service", "(a)")]
    [InlineData("payment-api", "(a)")]
    public async Task A_malformed_host_is_a_bad_request(string service, string host)
    {
        var response = await RawHttp.GetAsync(app.App.GetEndpoint(service), "/", host);

        Assert.StartsWith("HTTP/1.1 400 ", response, StringComparison.Ordinal);
    }

    public void Dispose() => _browser.Dispose();

    /// <summary>Adds a product to the basket. Returns where the browser is sent.</summary>
    async Task<string?> AddAsync(string productId)
    {
        using var added = await PostAsync(
            "/basket", ("productId", productId), ("quantity", "1"), ("__RequestVerificationToken", await TokenAsync()));
        return added.Headers.Location?.OriginalString;
    }

    /// <summary>The fields of the form by which the customer places the order.</summary>
    async Task<(string Name, string Value)[]> FormAsync()
    {
        var page = await _browser.GetStringAsync("/checkout", Token);
        return
        [
            ("__RequestVerificationToken", WebUtility.HtmlDecode(AntiforgeryToken().Match(page).Groups[1].Value)),
            ("key", FormKey().Match(page).Groups[1].Value),
        ];
    }

    async Task<(string? Location, IReadOnlyList<string> Cookies)> PlaceAsync((string Name, string Value)[] form)
    {
        using var placed = await PostAsync("/orders", form);
        return (placed.Headers.Location?.OriginalString, [.. CookiesOf(placed)]);
    }

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

    [GeneratedRegex(@"(?:src|href)=""([^""]+\.(?:css|js|svg))""")]
    private static partial Regex Files();

    // The part of an address that depends on the file's content.
    [GeneratedRegex(@"\.[a-z0-9]{10}(?=\.)")]
    private static partial Regex Fingerprint();

    [GeneratedRegex(@"name=""__RequestVerificationToken"" value=""([^""]+)""")]
    private static partial Regex AntiforgeryToken();

    [GeneratedRegex(@"name=""key"" value=""([^""]+)""")]
    private static partial Regex FormKey();
}
