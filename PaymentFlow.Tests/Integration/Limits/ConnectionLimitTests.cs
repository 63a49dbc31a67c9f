using System.Net;
using System.Net.WebSockets;
using System.Text;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Browser;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Limits;

/// <summary>One address opens only as many WebSockets and circuits as it may, and others are not affected.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class ConnectionLimitTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient) : BrowserTest(app, chromium)
{
    const string Attacker = "127.0.0.31";
    const string Neighbor = "127.0.0.32";
    const string Handshake = """{"protocol":"blazorpack","version":1}""" + "\u001e";

    RunningApp Running => impatient.App;

    [Fact]
    public async Task An_address_opens_only_a_few_WebSockets_and_event_streams_of_orders()
    {
        List<Customer> customers = [];
        for (var i = 0; i <= ImpatientApp.MaxPerAddress; i++) customers.Add(await Customer.OrdersAsync(Running));
        using HttpMessageInvoker attacker = new(LocalAddress.HandlerFrom(Attacker)), neighbor = new(LocalAddress.HandlerFrom(Neighbor));

        var open = await OpenAsync(attacker, customers);

        Assert.Equal(ImpatientApp.MaxPerAddress, open.Count(socket => socket.State == WebSocketState.Open));
        var refused = Assert.Single(open, socket => socket.State != WebSocketState.Open);
        AssertTooMany(refused);
        using var other = Assert.Single(await OpenAsync(neighbor, [customers[^1]]));
        Assert.Equal(WebSocketState.Open, other.State);
        // Event streams count with the WebSockets.
        Assert.Equal(HttpStatusCode.TooManyRequests, await FollowAsync(attacker, customers[0]));
        Assert.Equal(HttpStatusCode.OK, await FollowAsync(neighbor, customers[0]));
        foreach (var socket in open) socket.Dispose();
    }

    [Fact]
    public async Task An_address_opens_only_a_few_circuits_by_WebSocket_or_long_polling()
    {
        using HttpMessageInvoker attacker = new(LocalAddress.HandlerFrom(Attacker)), neighbor = new(LocalAddress.HandlerFrom(Neighbor));
        using HttpClient http = new(LocalAddress.HandlerFrom(Attacker)) { BaseAddress = impatient.Web };
        List<ClientWebSocket> open = [];

        // One that polls counts like the others.
        var polling = (await NegotiateAsync(http))["connectionToken"];
        await PollAsync(http, polling!);
        for (var i = 1; i < ImpatientApp.MaxPerAddress; i++) open.Add(await CircuitAsync(attacker));
        Assert.All(open, socket => Assert.Equal(WebSocketState.Open, socket.State));

        using (var refused = await CircuitAsync(attacker)) AssertTooMany(refused);
        var negotiation = await NegotiateAsync(http);
        Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_connections"), (negotiation.Status, negotiation.Code));
        Assert.True(negotiation.RetryAfter > TimeSpan.Zero);
        using (var other = await CircuitAsync(neighbor)) Assert.Equal(WebSocketState.Open, other.State);

        // A page that is closed makes room.
        open[0].Dispose();
        await Eventually.TrueAsync(async () =>
        {
            using var again = await CircuitAsync(attacker);
            return again.State == WebSocketState.Open;
        });
        foreach (var socket in open) socket.Dispose();
    }

    [Fact]
    public async Task An_order_has_only_a_few_live_pages()
    {
        var customer = await ShopperAsync(web: impatient.Web);
        await customer.OrderAsync();
        var address = customer.Page.Url;
        for (var i = 1; i < ImpatientApp.MaxPagesPerOrder; i++)
        {
            var page = await customer.Page.Context.NewPageAsync();
            await page.GotoAsync(address);
            await page.Locator("[data-live]").WaitForAsync();
        }

        var last = await customer.Page.Context.NewPageAsync();
        await last.GotoAsync(address);

        await last.Locator("[data-screen=too-many-pages]").WaitForAsync();
        // Leaving a page ends its circuit at once.
        await customer.Page.GotoAsync("/");
        await Eventually.TrueAsync(async () =>
        {
            await last.ReloadAsync();
            await last.Locator("[data-live], [data-screen=too-many-pages]").First.WaitForAsync();
            return await last.Locator("[data-live]").CountAsync() > 0;
        });
    }

    async Task<List<ClientWebSocket>> OpenAsync(HttpMessageInvoker from, IEnumerable<Customer> customers)
    {
        List<ClientWebSocket> sockets = [];
        foreach (var customer in customers)
        {
            sockets.Add(await ConnectAsync(from, Running.GetEndpoint("order-service"), $"/orders/{customer.OrderId}/live",
                options => options.SetRequestHeader("Authorization", $"Bearer {customer.Secret}")));
        }
        return sockets;
    }

    async Task<HttpStatusCode> FollowAsync(HttpMessageInvoker from, Customer customer)
    {
        using HttpRequestMessage request = new(
            HttpMethod.Get, new Uri(Running.GetEndpoint("order-service"), $"/orders/{customer.OrderId}/events"));
        request.Headers.Authorization = new("Bearer", customer.Secret);
        using var answer = await from.SendAsync(request, Token);
        return answer.StatusCode;
    }

    async Task<ClientWebSocket> CircuitAsync(HttpMessageInvoker from)
    {
        var socket = await ConnectAsync(from, impatient.Web, "/_blazor", _ => { });
        // Without the handshake the service closes the connection after some seconds.
        if (socket.State == WebSocketState.Open)
            await socket.SendAsync(Encoding.UTF8.GetBytes(Handshake), WebSocketMessageType.Text, endOfMessage: true, Token);
        return socket;
    }

    /// <summary>Returns a socket that is open, or one that was refused with its status.</summary>
    static async Task<ClientWebSocket> ConnectAsync(
        HttpMessageInvoker from, Uri service, string path, Action<ClientWebSocketOptions> configure)
    {
        ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        configure(socket.Options);
        try
        {
            await socket.ConnectAsync(new UriBuilder(service) { Scheme = "ws", Path = path }.Uri, from, Token);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            // The status tells why.
        }
        return socket;
    }

    static void AssertTooMany(ClientWebSocket refused)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.HttpStatusCode);
        Assert.True(int.Parse(refused.HttpResponseHeaders!["Retry-After"].Single(), null) > 0);
    }

    static async Task<Answer> NegotiateAsync(HttpClient http) =>
        await Answer.OfAsync(await http.PostAsync("/_blazor/negotiate?negotiateVersion=1", null, Token));

    /// <summary>Connects as a browser without WebSockets: a first poll, then the handshake, which is answered by the next poll.</summary>
    static async Task PollAsync(HttpClient http, string connection)
    {
        var address = new Uri($"/_blazor?id={Uri.EscapeDataString(connection)}", UriKind.Relative);
        using var first = await http.GetAsync(address, Token);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using StringContent handshake = new(Handshake);
        using var sent = await http.PostAsync(address, handshake, Token);
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        using var answered = await http.GetAsync(address, Token);
        Assert.StartsWith("{}", await answered.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }
}
