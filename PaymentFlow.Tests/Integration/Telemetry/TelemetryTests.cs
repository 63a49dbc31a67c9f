using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using PaymentFlow.Tests.Browser;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Tests.Integration.Telemetry.Otlp;

namespace PaymentFlow.Tests.Integration.Telemetry;

/// <summary>The traces and metrics that the services export for operators.</summary>
public sealed class TelemetryTests(TelemetryApp telemetry, PaymentFlowApp app, Chromium chromium)
    : BrowserTest(app, chromium), IClassFixture<TelemetryApp>
{
    // The prefix of all values protected by ASP.NET Core's data protection.
    const string DataProtected = "CfDJ8";

    // The steps in the trace of every payment, by API or by click.
    static readonly Dictionary<string, Func<ReceivedSpan, bool>> Way = new()
    {
        ["payment-api takes the payment"] = span => Is(span, "payment-api", SpanKind.Server, "POST /process-payment"),
        ["order-service writes the order"] = span => span is { Service: "order-service", Scope: "Npgsql" },
        ["payment-api writes the payment"] = span => span is { Service: "payment-api", Scope: "Npgsql" },
        ["Stripe is asked to confirm"] = span => Is(span, "payment-api", SpanKind.Client, "POST") && IsConfirm(span["url.full"]),
        ["Stripe confirms"] = span => Is(span, "stripe-sandbox", SpanKind.Server, "POST /v1/payment_intents/{id}/confirm"),
        ["the payment is published"] = span => Is(span, "payment-api", SpanKind.Producer, "payments publish"),
        ["the order is updated"] = span => Is(span, "order-service", SpanKind.Consumer, "order update"),
        ["the order is published"] = span => Is(span, "order-service", SpanKind.Producer, "orders publish"),
    };

    OtlpReceiver Received => telemetry.Received;

    [Fact]
    public async Task A_payment_by_API_is_one_trace_from_the_callers_request_to_the_push()
    {
        var customer = await Customer.OrdersAsync(telemetry.App);
        using var live = await WatchAsABrowserDoesAsync(customer);
        var caller = NewCaller();

        await PayAsync(customer, caller);
        await live.UntilAsync("paid");

        var trace = await CompleteAsync(caller.TraceId.ToHexString(), caller.SpanId.ToHexString(), new(Way)
        {
            // These two steps are missing after a click, because the page has prepared the payment, which caches the order.
            ["payment-api asks for the order"] = span => Is(span, "payment-api", SpanKind.Client, "GET"),
            ["order-service answers"] = span => Is(span, "order-service", SpanKind.Server, "GET /orders/{id:guid}"),
            ["the order is pushed"] = IsPush,
            ["order-service receives the order's event"] = span => Is(span, "order-service", SpanKind.Consumer, "orders push"),
        });
        Assert.Equal(
            [
                "order-service: order push", "order-service: order update",
                "payment-api: payments publish", "payment-api: POST /process-payment",
            ],
            trace.WayOf(trace.Spans.Single(IsPush)));
        // As docs/personal-data.md says. The addresses in other spans are those of our servers.
        Assert.DoesNotContain(trace.Spans, span => span.Kind == SpanKind.Server
            && (span["client.address"] ?? span["network.peer.address"] ?? span["net.peer.ip"]) is not null);
        // No page is open for this order.
        Assert.DoesNotContain(trace.Spans, span => span.Service == "web");
        Assert.Equal(caller.SpanId.ToHexString(), trace.Spans.Single(Way["payment-api takes the payment"]).ParentId);
        await AssertNoSecretIsExportedAsync(customer.OrderId, customer.Secret);
    }

    [Fact]
    public async Task A_payment_by_click_is_one_trace_from_the_click_to_the_page()
    {
        var shopper = await ShopperAsync(web: telemetry.App.GetEndpoint("web"));
        ConcurrentQueue<Uri> sockets = [];
        shopper.Page.WebSocket += (_, socket) => sockets.Enqueue(new Uri(socket.Url));
        await shopper.OrderAsync();
        var orderId = shopper.OrderId;
        await ExportedAsync("web", "paymentflow.circuits", point => point.Value >= 1);

        await shopper.PayAsync();
        await shopper.SeesAsync("paid");

        await Eventually.TrueAsync(() => Received.Spans.Any(IsClick));
        var click = Received.Spans.Single(IsClick);
        Assert.Equal("web", click.Service);
        Assert.Equal("", click.ParentId);
        var trace = await CompleteAsync(click.TraceId, "", new(Way)
        {
            ["Web receives the order's event"] = span => Is(span, "web", SpanKind.Consumer, "orders push"),
            ["the page is updated"] = span => span is { Service: "web", Name: "page update" },
        });
        Assert.Equal(
            [
                "web: page update", "web: orders push", "order-service: orders publish", "order-service: order update",
                "payment-api: payments publish", "payment-api: POST /process-payment", "web: POST", "web: pay click",
            ],
            trace.WayOf(trace.Spans.Single(span => span.Name == "page update")));
        Assert.Single(trace.Spans, span => span.ParentId == "");
        // The browser's credentials are its cookies and its circuit's connection token.
        var cookies = (await shopper.Page.Context.CookiesAsync()).Select(cookie => cookie.Value).Where(IsSecret).ToList();
        Assert.NotEmpty(cookies);
        var tokens = sockets.Select(socket => HttpUtility.ParseQueryString(socket.Query)["id"]!);
        await AssertNoSecretIsExportedAsync(orderId, [.. cookies, .. tokens]);

        static bool IsSecret(string cookie) => cookie.StartsWith(DataProtected, StringComparison.Ordinal);
        bool IsClick(ReceivedSpan span) => span.Name == "pay click" && span["paymentflow.order_id"] == orderId.ToString();
    }

    [Fact]
    public async Task The_token_of_a_checkout_link_is_exported_nowhere()
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(telemetry.App.GetEndpoint("order-service"), "/orders"))
        {
            Content = JsonContent.Create(new { reference = $"shop-{Guid.CreateVersion7()}", amount = 500, currency = "usd" }),
        };
        request.Headers.Add("X-Api-Key", await telemetry.App.GetParameterAsync("merchant-key"));
        using var created = await http.SendAsync(request, Token);
        var order = (await created.Content.ReadFromJsonAsync<JsonNode>(Token))!;
        var link = order["checkoutUrl"]!.GetValue<string>();

        // Follows the redirect to the order's page.
        using var page = await http.GetAsync(new Uri(link), Token);

        await Eventually.TrueAsync(() => Received.Spans.Any(span => Is(span, "web", SpanKind.Server, "GET /checkout/open")));
        await Eventually.TrueAsync(() => Received.Contains($"/orders/{order["id"]}"));
        await AssertNoSecretIsExportedAsync(order["id"]!.GetValue<Guid>(), HttpUtility.ParseQueryString(new Uri(link).Query)["token"]!);
    }

    [Fact]
    public async Task Every_service_exports_its_metrics()
    {
        var customer = await Customer.OrdersAsync(telemetry.App);
        using (var live = await customer.WatchAsync())
        {
            await Eventually.TrueAsync(() => OpenSockets() > 0);
            await PayAsync(customer, NewCaller());
            await live.UntilAsync("paid");
        }
        var declined = await Customer.OrdersAsync(telemetry.App);
        await declined.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");

        foreach (var status in (string[])["succeeded", "failed"])
            await ExportedAsync("payment-api", "paymentflow.payments", point => point.Value >= 1 && point.Attributes["status"] == status);
        await ExportedAsync("order-service", "paymentflow.push.duration", point => point.Value >= 1);
        foreach (var service in (string[])["payment-api", "order-service"])
        {
            await ExportedAsync(service, "paymentflow.outbox.depth", point => point.Value == 0);
            await ExportedAsync(service, "paymentflow.outbox.age", point => point.Value == 0);
        }
        await ExportedAsync(
            "order-service", "paymentflow.consumer.lag", point => point.Value == 0 && point.Attributes["topic"] == "payments");
        await Eventually.TrueAsync(() => OpenSockets() == 0);

        double? OpenSockets() => Received.PointsOf("order-service", "paymentflow.sockets.open").LastOrDefault()?.Value;
    }

    Task ExportedAsync(string service, string metric, Func<ReceivedPoint, bool> condition) =>
        Eventually.TrueAsync(() => Received.PointsOf(service, metric).Any(condition));

    /// <summary>Waits until the trace holds every step and every span has its parent.</summary>
    async Task<Trace> CompleteAsync(string traceId, string rootId, Dictionary<string, Func<ReceivedSpan, bool>> steps)
    {
        try
        {
            await Eventually.TrueAsync(() => Missing().Length == 0);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"Not in the trace: {string.Join("; ", Missing())}\n{Received.TraceOf(traceId)}");
        }
        return Received.TraceOf(traceId);

        string[] Missing()
        {
            var trace = Received.TraceOf(traceId);
            return
            [
                .. steps.Where(step => !trace.Spans.Any(step.Value)).Select(step => step.Key),
                .. trace.OrphansBut(rootId).Select(orphan => $"the parent of {orphan}"),
            ];
        }
    }

    async Task AssertNoSecretIsExportedAsync(Guid orderId, params string[] secrets)
    {
        // Proves that the search finds exported text.
        Assert.True(Received.Contains(orderId.ToString()));
        Assert.NotEmpty(secrets);
        string[] keys =
        [
            await telemetry.App.GetParameterAsync("operator-key"), await telemetry.App.GetParameterAsync("viewer-key"),
            await telemetry.App.GetParameterAsync("merchant-key"),
            await telemetry.App.GetParameterAsync("service-key"), await telemetry.App.GetParameterAsync("sandbox-webhook-secret"),
            await telemetry.App.GetParameterAsync("payments-event-key"), await telemetry.App.GetParameterAsync("orders-event-key"),
        ];
        // Stripe's API key, PaymentIntents' client secrets, orders' client secrets in a header and a subprotocol, the database's password.
        string[] marks = ["sk_test_", "_secret_", "Bearer ", "bearer.", "Password="];
        foreach (var secret in (IEnumerable<string>)[.. secrets, .. keys, .. marks])
            Assert.False(Received.Contains(secret), $"Exported: {secret}");
    }

    static async Task PayAsync(Customer customer, ActivityContext caller)
    {
        var answer = await customer.PostAsync(
            "/process-payment", JsonSerializer.Serialize(new { orderId = customer.OrderId, paymentMethod = "pm_card_visa" }),
            traceParent: $"00-{caller.TraceId}-{caller.SpanId}-01");
        Assert.Equal("succeeded", answer["status"]);
    }

    /// <summary>Sends the secret in the subprotocol, because a browser cannot set headers on a WebSocket.</summary>
    async Task<LiveOrder> WatchAsABrowserDoesAsync(Customer customer)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("paymentflow.v1");
        socket.Options.AddSubProtocol($"bearer.{customer.Secret}");
        var address = new Uri(telemetry.App.GetEndpoint("order-service"), $"/orders/{customer.OrderId}/live");
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);
        return new LiveOrder(socket);
    }

    static ActivityContext NewCaller() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    static bool Is(ReceivedSpan span, string service, SpanKind kind, string name) =>
        span.Service == service && span.Kind == kind && span.Name == name;

    static bool IsPush(ReceivedSpan span) => Is(span, "order-service", SpanKind.Internal, "order push");

    static bool IsConfirm(string? url) => url?.EndsWith("/confirm", StringComparison.Ordinal) is true;
}
