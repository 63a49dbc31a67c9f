using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Access;

/// <summary>Orders in the states that the calls of the matrix need, and for each call a request that is valid but for its caller.</summary>
public sealed class AccessWorld(PaymentFlowApp app) : IAsyncLifetime
{
    const string PaidBy = "access-matrix";

    // An event that does not concern us.
    const string Webhook = """{"id":"evt_access","type":"invoice.paid"}""";

    int _references;
    Customer _paid = null!;
    Customer _open = null!;
    Customer _canceled = null!;
    Customer _another = null!;
    string _paidPayment = "";
    string _canceledPayment = "";
    string _webhookSecret = "";
    string _replaced = "";
    string _token = "";

    public async ValueTask InitializeAsync()
    {
        _paid = await Customer.OrdersAsync(app);
        _open = await Customer.OrdersAsync(app);
        _canceled = await Customer.OrdersAsync(app);
        _another = await Customer.OrdersAsync(app);
        _paidPayment = (await _paid.PayAsync(key: PaidBy))["paymentId"]!;
        _canceledPayment = (await _canceled.CancelAsync())["paymentId"]!;
        _webhookSecret = await app.App.GetParameterAsync("sandbox-webhook-secret");
        await using OrdersApp orders = new(app);
        Merchant merchant = new(app, orders);
        _replaced = $"{(await merchant.CreateAsync()).Order.Id}";
        _token = (await merchant.CreateAsync()).Token;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// The client of one line of the table. It has an address of its own, because wrong keys and many calls are limited per address.
    /// </summary>
    public static HttpClient ClientOf(int line) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.16.{line + 1}"), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>The line's request without credentials, and the secret of the order that it is about.</summary>
    internal (HttpRequestMessage Request, string Secret) RequestOf(AccessLine line)
    {
        var order = line.Call switch
        {
            "order-service POST /orders/{id}/cancel" or "payment-api POST /payments/{id}/cancel" or "payment-api POST /payments/cancel" =>
                _canceled,
            "payment-api POST /payments" => _open,
            _ => _paid,
        };
        var payment = order == _canceled ? _canceledPayment : _paidPayment;
        var id = line.Path.StartsWith("/payments", StringComparison.Ordinal) ? payment
            : line.Path.StartsWith("/dead-letters", StringComparison.Ordinal)
                || line.Path.StartsWith("/webhook-", StringComparison.Ordinal) ? $"{Guid.CreateVersion7()}"
            : line.Path.EndsWith("/checkout-link", StringComparison.Ordinal) ? _replaced
            : $"{order.OrderId}";
        HttpRequestMessage request = new(
            new HttpMethod(line.Method),
            new Uri(app.App.GetEndpoint(line.Service), line.Path.Replace("{id}", id, StringComparison.Ordinal) + QueryOf(line, order)));
        if (BodyOf(line, order) is { } body) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in HeadersOf(line)) request.Headers.Add(name, value);
        return (request, order.Secret);
    }

    static string QueryOf(AccessLine line, Customer order) => line.Call switch
    {
        "order-service GET /orders" or "order-service GET /orders/journey" => $"?reference={order.Order["reference"]}",
        "order-service GET /orders/changes" => "?after=0&limit=1",
        "order-service GET /statistics/screens" or "payment-api GET /statistics/payments" => "?from=2026-11-01T00:00Z&to=2026-11-02T00:00Z",
        "payment-api GET /payments/journey" => $"?orderId={order.OrderId}",
        _ => "",
    };

    string? BodyOf(AccessLine line, Customer order) => (line.Call, line.Remark) switch
    {
        ("order-service POST /orders", "") => """{"items":[{"productId":"mug","quantity":1}]}""",
        ("order-service POST /orders", _) =>
            $$"""{"reference":"access-{{order.OrderId}}-{{Interlocked.Increment(ref _references)}}","amount":500,"currency":"usd"}""",
        // Matches no dead letter.
        ("order-service POST /dead-letters/replay", _) => $$"""{"reason":"{{order.OrderId}}"}""",
        // Refused after the caller was let in, so that no endpoint is left behind.
        ("order-service POST /webhook-endpoints", _) => """{"url":"ftp://shop.example","types":["order.paid"]}""",
        ("order-service PATCH /webhook-endpoints/{id}", _) => "{}",
        ("order-service POST /orders/{id}/notes", _) => """{"text":"The customer called."}""",
        ("order-service POST /operator-actions", _) => """{"action":"console.sign_out"}""",
        ("order-service POST /orders/checkout-sessions", _) => $$"""{"token":"{{_token}}"}""",
        ("order-service POST /orders/versions", _) => $"""["{order.OrderId}"]""",
        ("order-service POST /orders/newer", _) => $$"""{"{{order.OrderId}}":1}""",
        ("order-service POST /orders/pushes", _) => "[]",
        ("payment-api POST /payments" or "payment-api POST /payments/cancel", _) => $$"""{"orderId":"{{order.OrderId}}"}""",
        ("payment-api POST /process-payment", _) => $$"""{"orderId":"{{order.OrderId}}","paymentMethod":"pm_card_visa"}""",
        ("payment-api POST /payments/{id}/refunds", _) => """{"amount":1}""",
        ("payment-api POST /stripe/webhooks", _) => Webhook,
        _ => null,
    };

    IEnumerable<(string Name, string Value)> HeadersOf(AccessLine line)
    {
        switch (line.Call)
        {
            case "payment-api POST /process-payment" or "payment-api POST /payments/{id}/refunds":
                // A repeat of the same payment or refund.
                yield return ("Idempotency-Key", PaidBy);
                break;
            case "payment-api POST /stripe/webhooks" when line.Remark.Length > 0:
                yield return ("Stripe-Signature", Stripe.EventUtility.GenerateSignatureHeader(
                    Webhook, _webhookSecret, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));
                break;
            case "order-service GET /orders/{id}/live":
                foreach (var header in ((string, string)[])[
                    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]) yield return header;
                if (line.Remark.Length > 0)
                {
                    yield return ("Origin", line.Remark.Contains("ours", StringComparison.Ordinal)
                        ? app.Web.GetLeftPart(UriPartial.Authority)
                        : "https://evil.example");
                }
                break;
        }
    }

    /// <summary>The credentials of a kind of caller. A kind may have several, which must all get the same status.</summary>
    public IReadOnlyList<IReadOnlyList<(string Header, string Value)>> CredentialsOf(Caller caller, string secret)
    {
        var (own, another) = (("Authorization", $"Bearer {secret}"), ("Authorization", $"Bearer {_another.Secret}"));
        var (merchant, service) = (("X-Api-Key", app.MerchantKey), ("X-Service-Key", app.ServiceKey));
        var (@operator, viewer) = (("X-Operator-Key", app.OperatorKey), ("X-Operator-Key", app.ViewerKey));
        return caller switch
        {
            Caller.Nobody => [[]],
            Caller.Malformed => [[("Authorization", "Bearer a b")], [("Authorization", "Basic YTpi")]],
            Caller.Another =>
                [[another], [("Authorization", $"Bearer {app.OperatorKey}")], [("Authorization", $"Bearer {app.ServiceKey}")]],
            Caller.Own => [[own]],
            Caller.Merchant => [[merchant]],
            Caller.Operator => [[@operator]],
            Caller.Viewer => [[viewer]],
            Caller.Service => [[service]],
            Caller.Wrong =>
            [
                [("X-Operator-Key", $"{app.OperatorKey}x")], [("X-Api-Key", $"{app.MerchantKey}x")],
                [("X-Service-Key", $"{app.ServiceKey}x")],
                [("X-Operator-Key", app.ServiceKey)], [("X-Service-Key", app.OperatorKey)], [("X-Api-Key", app.OperatorKey)],
                [("X-Api-Key", app.ViewerKey)],
            ],
            Caller.OwnAndWrongOperator => [[own, ("X-Operator-Key", $"{app.OperatorKey}x")]],
            Caller.AnotherAndOperator => [[another, @operator]],
            Caller.AnotherAndService => [[another, service]],
            _ => throw new ArgumentOutOfRangeException(nameof(caller)),
        };
    }
}
