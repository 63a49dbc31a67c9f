using System.Net;
using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Web;

/// <summary>A query that no page of ours links to is the caller's error: it gets an error page and reaches no service.</summary>
public sealed partial class PageQueryTests(PaymentFlowApp app)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operators_page_answers_400_to_a_wrong_query()
    {
        const string Unknown = "0197f4a2-0000-7000-8000-000000000000";
        using var browser = await SignedInAsync();
        foreach (var (path, status) in ((string, int)[])
        [
            ("/operator?q=%00", 400),
            ("/operator?q=PF-1%00", 400),
            ("/operator?status=paid&currency=1&from=x&min=-1&after=1&unknown=2", 200),
            ("/operator/dead-letters?after=x", 400),
            ("/operator/dead-letters?After=0", 400),
            ("/operator/dead-letters?after=", 200),
            ($"/operator/dead-letters?after={Unknown}", 200),
            ($"/operator/orders/{Unknown}?refund=x", 400),
            ($"/operator/orders/{Unknown}?refund={Unknown}", 404),
            ($"/operator/orders/{Unknown}/confirm?act=refund&key=x", 400),
            ($"/operator/orders/{Unknown}/confirm?act=refund&key={Unknown}", 404),
            ($"/operator/orders/{Unknown}/confirm?act=refund&amount=%00", 400),
        ])
        {
            using var page = await browser.GetAsync(path, Token);
            Assert.Equal((path, status), (path, (int)page.StatusCode));
            Assert.Contains("</html>", await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    async Task<HttpClient> SignedInAsync()
    {
        HttpClient browser = new(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = app.Web };
        var form = await browser.GetStringAsync("/operator/sign-in", Token);
        using FormUrlEncodedContent fields = new(
        [
            new("name", "Anna"), new("key", app.OperatorKey),
            new("__RequestVerificationToken", WebUtility.HtmlDecode(AntiforgeryToken().Match(form).Groups[1].Value)),
        ]);
        using var signedIn = await browser.PostAsync("/operator/sign-in", fields, Token);
        Assert.Equal("/operator", signedIn.RequestMessage!.RequestUri!.AbsolutePath);
        return browser;
    }

    [GeneratedRegex(@"name=""__RequestVerificationToken"" value=""([^""]+)""")]
    private static partial Regex AntiforgeryToken();
}
