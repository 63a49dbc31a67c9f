using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Webhooks;

namespace PaymentFlow.Tests.Integration.Web;

/// <summary>Sign-in and sign-out of the console, without a browser.</summary>
public sealed partial class OperatorSessionTests(PaymentFlowApp app) : IDisposable
{
    // Sign-ins are limited per address. These come from an address that the browser tests do not use.
    static readonly IPEndPoint Address = new(IPAddress.Parse("127.0.0.25"), 0);

    readonly CookieContainer _cookies = new();
    HttpClient? _browser;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    HttpClient Browser => _browser ??= Client(_cookies);

    [Fact]
    public async Task A_copy_of_the_cookie_is_worth_nothing_after_signing_out()
    {
        using var signedIn = await SignInAsync();
        Assert.Equal((HttpStatusCode.Found, "/operator"), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));
        var cookie = _cookies.GetCookies(new Uri(app.Web, "/operator"))["paymentflow.operator"]!;
        Assert.Equal((HttpStatusCode.OK, null), await WithCookieAsync(cookie));

        using var signedOut = await PostAsync("/operator/sign-out", await TokenAsync("/operator"));

        Assert.Equal("/operator/sign-in", signedOut.Headers.Location?.OriginalString);
        Assert.Equal((HttpStatusCode.Found, "/operator/sign-in?ReturnUrl=%2Foperator"), await WithCookieAsync(cookie));
    }

    [Fact]
    public async Task An_operator_whose_session_has_ended_can_still_sign_out()
    {
        using var signedIn = await SignInAsync();
        var token = await TokenAsync("/operator");
        using var once = await PostAsync("/operator/sign-out", token);
        using var twice = await PostAsync("/operator/sign-out", token);

        Assert.Equal((HttpStatusCode.Found, "/operator/sign-in"), (twice.StatusCode, twice.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData("/operator/overview", "/operator/overview")]
    [InlineData("/%c3%a9", "/%C3%A9")]
    [InlineData("/%09/evil.example", "/operator")]
    [InlineData("//evil.example", "/operator")]
    [InlineData("/%5Cevil.example", "/operator")]
    public async Task Signing_in_never_leads_to_another_site(string returnUrl, string expected)
    {
        using var signedIn = await SignInAsync($"?returnUrl={returnUrl}");

        Assert.Equal((HttpStatusCode.Found, expected), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Sign_ins_refused_sign_ins_and_sign_outs_are_recorded_with_name_and_address()
    {
        var name = $"Анна {Guid.CreateVersion7()}";
        using (await SignInAsync(key: "a wrong guess", name: name))
        using (await SignInAsync(name: name))
        using (await PostAsync("/operator/sign-out", await TokenAsync("/operator")))
        {
            await using var database = NpgsqlDataSource.Create(app.OrdersDb);
            await using var actions = database.CreateCommand("""
                SELECT string_agg(action || ' from ' || host(address) || ' of ' || target, ', ' ORDER BY at)
                FROM operator_actions WHERE actor = $1
                """);
            actions.Parameters.Add(new() { Value = name });

            Assert.Equal(
                "console.sign_in_refused from 127.0.0.25 of console, console.sign_in from 127.0.0.25 of console, "
                    + "console.sign_out from 127.0.0.25 of console",
                await actions.ExecuteScalarAsync(Token));
        }
    }

    [Fact]
    public async Task Dead_letters_are_replayed_in_bulk_only_if_the_operator_is_sure()
    {
        await using OrdersApp orders = new(app);
        var lost = await orders.LosePaymentAsync();
        await orders.RestoreAsync(lost.OrderId);
        using var signedIn = await SignInAsync();
        var token = await TokenAsync("/operator/dead-letters");
        var reason = ("reason", lost.OrderId.ToString());

        using var unsure = await PostAsync("/operator/dead-letters/replay", token, reason);
        Assert.Equal("/operator/dead-letters?said=unconfirmed", unsure.Headers.Location?.OriginalString);
        Assert.Equal("awaiting_payment", await orders.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", lost.OrderId));
        // Another bulk replay may be in progress.
        await Eventually.TrueAsync(async () =>
        {
            using var sure = await PostAsync("/operator/dead-letters/replay", token, reason, ("sure", "true"));
            return sure.Headers.Location?.OriginalString == "/operator/dead-letters?said=done";
        });

        Assert.Equal("paid", await orders.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", lost.OrderId));
    }

    [Fact]
    public async Task A_webhook_that_failed_is_shown_and_sent_again_only_if_the_operator_is_sure()
    {
        await using OrdersApp orders = new(app);
        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(500));
        await using var endpoint = await MerchantEndpoint.CreateAsync(orders, $"{shop.Url}?token=secret", "order.canceled");
        var failed = (await endpoint.TestAsync())["id"]!;
        shop.Answer = null;
        using var signedIn = await SignInAsync();
        var page = await Browser.GetStringAsync("/operator/webhooks", Token);
        Assert.Contains($"data-endpoint=\"{endpoint.Id}\"", page, StringComparison.Ordinal);
        Assert.Contains("failing since", page, StringComparison.Ordinal);
        Assert.Contains($"data-delivery=\"{failed}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("token=secret", page, StringComparison.Ordinal);
        var (path, token) = ($"/operator/webhooks/{failed}/redeliver", await TokenAsync("/operator/webhooks"));

        using var unsure = await PostAsync(path, token);
        Assert.Equal("/operator/webhooks?said=unconfirmed", unsure.Headers.Location?.OriginalString);
        using var sure = await PostAsync(path, token, ("sure", "true"));
        Assert.Equal("/operator/webhooks?said=done", sure.Headers.Location?.OriginalString);

        await Eventually.TrueAsync(() => shop.Received.Count == 2);
        Assert.Equal(1L, await orders.QueryAsync<long>(
            "SELECT count(*) FROM operator_actions WHERE action = 'webhook.redeliver' AND target = $1", failed));
    }

    public void Dispose() => _browser?.Dispose();

    async Task<HttpResponseMessage> SignInAsync(string query = "", string? key = null, string name = "Anna") =>
        await PostAsync(
            $"/operator/sign-in{query}", await TokenAsync("/operator/sign-in"), ("key", key ?? app.OperatorKey), ("name", name));

    async Task<string> TokenAsync(string path) =>
        WebUtility.HtmlDecode(AntiforgeryToken().Match(await Browser.GetStringAsync(path, Token)).Groups[1].Value);

    async Task<HttpResponseMessage> PostAsync(string path, string token, params (string Name, string Value)[] fields)
    {
        using FormUrlEncodedContent form = new(
            fields.Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await Browser.PostAsync(path, form, Token);
    }

    async Task<(HttpStatusCode Status, string? Location)> WithCookieAsync(Cookie cookie)
    {
        using var thief = Client(new CookieContainer());
        using HttpRequestMessage request = new(HttpMethod.Get, "/operator");
        request.Headers.Add("Cookie", $"{cookie.Name}={cookie.Value}");
        using var response = await thief.SendAsync(request, Token);
        return (response.StatusCode, response.Headers.Location?.OriginalString);
    }

    HttpClient Client(CookieContainer cookies) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        CookieContainer = cookies,
        ConnectCallback = async (context, token) =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(Address);
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = app.Web,
    };

    [GeneratedRegex(@"name=""__RequestVerificationToken"" value=""([^""]+)""")]
    private static partial Regex AntiforgeryToken();
}
