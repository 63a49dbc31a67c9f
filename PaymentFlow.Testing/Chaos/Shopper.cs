using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PaymentFlow.Testing.Chaos;

/// <summary>What a customer intends to do.</summary>
public enum Intention
{
    Pay,
    PayTwiceAtOnce,
    PayAfterDecline,
    Pay3DSecure,
    Fail3DSecure,
    Abandon3DSecure,
    CancelFirst,
    CancelWhilePaying,
    PayAndBeRefunded,
    PayAndBeRefundedInPart,
    PayAndBeRefundedTwiceAtOnce,
    PayAndBeRefundedInDashboard,
}

/// <summary>
/// One customer, who orders, keeps a live socket open and follows the drawn intention. The customer repeats unanswered requests with the
/// same Idempotency-Key, as a browser would.
/// </summary>
public sealed partial class Shopper(ChaosWorld world, int number, int seed) : IAsyncDisposable
{
    static readonly TimeSpan PushPatience = TimeSpan.FromSeconds(15);

    readonly Random _random = new(HashCode(seed, number));
    long _toldRefunded;

    public Guid OrderId { get; private set; }

    public string Secret { get; private set; } = "";

    public long Amount { get; private set; }

    public Guid? PaymentId { get; private set; }

    public LiveSocket? Screen { get; private set; }

    public Intention Intention { get; private set; }

    /// <summary>Whether this customer should end up with a paid order.</summary>
    public bool MeansToPay => Intention is not (Intention.Abandon3DSecure or Intention.CancelFirst or Intention.CancelWhilePaying);

    /// <summary>Whether PaymentApi answered "succeeded".</summary>
    public bool ToldPaid { get; private set; }

    public bool ToldCanceled { get; private set; }

    public long ToldRefunded => Interlocked.Read(ref _toldRefunded);

    /// <summary>The highest total that may be refunded, from all requests of operators and the dashboard.</summary>
    public long MostToBeRefunded => Intention switch
    {
        Intention.PayAndBeRefunded => Amount,
        Intention.PayAndBeRefundedInPart => Amount / 3,
        // Two such refunds exceed the charge, so only one can succeed.
        Intention.PayAndBeRefundedTwiceAtOnce => (Amount * 2) / 3,
        Intention.PayAndBeRefundedInDashboard => Amount / 4,
        _ => 0,
    };

    public int Declines { get; private set; }

    public int Requests { get; private set; }

    /// <summary>Requests that got no answer, or a 5xx.</summary>
    public int Failures { get; private set; }

    /// <summary>Requests that were answered 503 with Retry-After.</summary>
    public int PutOff { get; private set; }

    /// <summary>Answers that no caller should get.</summary>
    public List<string> Surprises { get; } = [];

    public bool Done { get; private set; }

    /// <summary>Whether the screen shows a settled order.</summary>
    public bool SeesTheEnd => Screen?.Last?.Status is not (null or "awaiting_payment" or "payment_failed");

    /// <summary>
    /// Whether the customer has closed the page, because it has shown a settled order for long enough. The page opens once more at the end
    /// of the run.
    /// </summary>
    public bool Left { get; private set; }

    /// <summary>The customer's latest action, for the log of the run's progress.</summary>
    public string Doing { get; private set; } = "";

    // Deterministic, unlike System.HashCode, which has a random seed per process.
    static int HashCode(int seed, int number) => unchecked((seed * 486_187_739) + (number * 16_777_619));

    public async Task ShopAsync(CancellationToken cancellationToken)
    {
        Intention = Draw();
        await OrderAsync(cancellationToken);
        Screen = new LiveSocket(world.OrderServices, OrderId, Secret, new Random(_random.Next()));
        Screen.Open();
        switch (Intention)
        {
            case Intention.Pay:
                await PayAsync("pm_card_visa", cancellationToken);
                break;
            case Intention.PayTwiceAtOnce:
                await Task.WhenAll(PayAsync("pm_card_visa", cancellationToken), PayAsync("pm_card_mastercard", cancellationToken));
                break;
            case Intention.PayAfterDecline:
                await PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds", cancellationToken);
                await PayAsync("pm_card_visa", cancellationToken);
                break;
            case Intention.Pay3DSecure:
                await PayAsync("pm_card_threeDSecure2Required", cancellationToken, atBank: "approve");
                break;
            case Intention.Fail3DSecure:
                await PayAsync("pm_card_threeDSecure2Required", cancellationToken, atBank: "fail");
                await PayAsync("pm_card_visa", cancellationToken);
                break;
            case Intention.Abandon3DSecure:
                await PayAsync("pm_card_threeDSecure2Required", cancellationToken);
                break;
            case Intention.CancelFirst:
                await CancelAsync(cancellationToken);
                await PayAsync("pm_card_visa", cancellationToken);
                break;
            case Intention.CancelWhilePaying:
                await Task.WhenAll(PayAsync("pm_card_visa", cancellationToken), CancelAsync(cancellationToken));
                break;
            default:
                await PayAsync("pm_card_visa", cancellationToken);
                if (PaymentId is null || !await Screen.ShowsAsync(TimeSpan.FromMinutes(2), cancellationToken, "paid")) break;
                await RefundAsync(cancellationToken);
                break;
        }
        Done = true;
    }

    public async Task LeaveAsync()
    {
        Left = true;
        await Screen!.CloseAsync();
    }

    public void LookAgain()
    {
        if (Left) Screen!.Open();
    }

    Intention Draw() => _random.Next(100) switch
    {
        < 42 => Intention.Pay,
        < 48 => Intention.PayTwiceAtOnce,
        < 58 => Intention.PayAfterDecline,
        < 66 => Intention.Pay3DSecure,
        < 70 => Intention.Fail3DSecure,
        < 73 => Intention.Abandon3DSecure,
        < 77 => Intention.CancelFirst,
        < 83 => Intention.CancelWhilePaying,
        < 88 => Intention.PayAndBeRefunded,
        < 93 => Intention.PayAndBeRefundedInPart,
        < 97 => Intention.PayAndBeRefundedTwiceAtOnce,
        _ => Intention.PayAndBeRefundedInDashboard,
    };

    async Task OrderAsync(CancellationToken cancellationToken)
    {
        var body = new { items = new[] { new { productId = "mug", quantity = 1 + _random.Next(3) } } };
        var order = await UntilAnsweredAsync(
            () => ChaosWorld.Request(HttpMethod.Post, world.OrderServices[_random.Next(2)], "/orders", body), cancellationToken);
        if (order.Status != HttpStatusCode.Created)
            throw new InvalidOperationException($"POST /orders answered {order.Status}: {order.Body}");
        OrderId = order.Body!["id"]!.GetValue<Guid>();
        Secret = order.Body["clientSecret"]!.GetValue<string>();
        Amount = order.Body["amount"]!.GetValue<long>();
    }

    /// <summary>
    /// Pays until the payment succeeds, is refused or ends for another reason. After an unknown outcome, the customer waits for a push and
    /// then repeats the request with the same key.
    /// </summary>
    async Task PayAsync(string method, CancellationToken cancellationToken, string? atBank = null)
    {
        var key = $"{number}-{method}-{_random.Next()}";
        for (var tries = 0; tries < 100; tries++)
        {
            var answer = await UntilAnsweredAsync(() =>
            {
                var request = ChaosWorld.Request(
                    HttpMethod.Post, world.PaymentApi, "/process-payment",
                    atBank is null ? new { orderId = OrderId, paymentMethod = method }
                        : (object)new
                        {
                            orderId = OrderId,
                            paymentMethod = method,
                            returnUrl = new Uri(world.Web, "/orders/x/return").ToString(),
                        },
                    Secret);
                request.Headers.Add("Idempotency-Key", key);
                return request;
            }, cancellationToken);
            if (answer.Body?["paymentId"] is { } id) PaymentId = id.GetValue<Guid>();
            var status = answer.Status == HttpStatusCode.OK ? answer.Body!["status"]!.GetValue<string>() : answer.Code;
            switch (answer.Status, status)
            {
                case (HttpStatusCode.OK, "succeeded"):
                    ToldPaid = true;
                    return;
                case (HttpStatusCode.OK, "requires_action"):
                    if (atBank is null) return;
                    await AtBankAsync(answer.Body!["nextAction"]!["redirectUrl"]!.GetValue<string>(), atBank, cancellationToken);
                    await Screen!.ShowsAsync(PushPatience, cancellationToken, "paid", "payment_failed", "canceled");
                    return;
                case (HttpStatusCode.OK, "processing") or (HttpStatusCode.Conflict, "confirmation_in_flight"):
                    Doing = $"waits for the push after {status}";
                    if (await Screen!.ShowsAsync(PushPatience, cancellationToken, "paid", "canceled", "refunded", "partially_refunded"))
                        return;
                    break;
                case (HttpStatusCode.Conflict, "already_paid"):
                    return;
                case (HttpStatusCode.Conflict, "order_canceled"):
                    ToldCanceled = true;
                    return;
                case (HttpStatusCode.PaymentRequired, _):
                    Declines++;
                    return;
                case (HttpStatusCode.TooManyRequests, "too_many_attempts"):
                    return;
                default:
                    Surprises.Add($"POST /process-payment ({method}): {(int)answer.Status} {status} {answer.Body}");
                    return;
            }
        }
    }

    async Task CancelAsync(CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            // Both services accept the cancellation. PaymentApi decides, and OrderService calls it.
            var answer = await UntilAnsweredAsync(
                () => number % 2 == 0
                    ? ChaosWorld.Request(HttpMethod.Post, world.PaymentApi, "/payments/cancel", new { orderId = OrderId }, Secret)
                    : ChaosWorld.Request(HttpMethod.Post, world.OrderServices[0], $"/orders/{OrderId}/cancel", null, Secret),
                cancellationToken);
            if (answer.Status == HttpStatusCode.OK) ToldCanceled = true;
            else if (answer.Code == "confirmation_in_flight")
            {
                await Task.Delay(1000, cancellationToken);
                continue;
            }
            else if (answer.Code != "already_paid") Surprises.Add($"cancel: {(int)answer.Status} {answer.Body}");
            return;
        }
    }

    Task RefundAsync(CancellationToken cancellationToken) => Intention switch
    {
        Intention.PayAndBeRefunded => RefundAsync(null, cancellationToken),
        Intention.PayAndBeRefundedInPart => RefundAsync(Amount / 3, cancellationToken),
        Intention.PayAndBeRefundedTwiceAtOnce =>
            Task.WhenAll(RefundAsync((Amount * 2) / 3, cancellationToken), RefundAsync((Amount * 2) / 3, cancellationToken)),
        _ => RefundInDashboardAsync(cancellationToken),
    };

    async Task RefundAsync(long? amount, CancellationToken cancellationToken)
    {
        var key = $"{number}-{_random.Next()}";
        for (var tries = 0; tries < 100; tries++)
        {
            var answer = await UntilAnsweredAsync(() =>
            {
                var request = ChaosWorld.Request(
                    HttpMethod.Post, world.PaymentApi, $"/payments/{PaymentId}/refunds",
                    amount is null ? new { } : (object)new { amount }, asOperator: true);
                request.Headers.Add("Idempotency-Key", key);
                return request;
            }, cancellationToken);
            switch (answer.Status)
            {
                case HttpStatusCode.OK when answer.Body!["status"]!.GetValue<string>() == "pending":
                    await Task.Delay(2000, cancellationToken);
                    break;
                case HttpStatusCode.OK when answer.Body!["status"]!.GetValue<string>() == "succeeded":
                    Interlocked.Add(ref _toldRefunded, answer.Body["amount"]!.GetValue<long>());
                    return;
                case HttpStatusCode.OK or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity:
                    return;
                default:
                    Surprises.Add($"POST refunds: {(int)answer.Status} {answer.Body}");
                    return;
            }
        }
    }

    async Task RefundInDashboardAsync(CancellationToken cancellationToken)
    {
        var payment = await UntilAnsweredAsync(
            () => ChaosWorld.Request(HttpMethod.Get, world.PaymentApi, $"/payments/{PaymentId}", asOperator: true), cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(world.Sandbox, "/v1/refunds"))
        {
            Content = new FormUrlEncodedContent(
            [
                new("payment_intent", payment.Body!["paymentIntent"]!.GetValue<string>()),
                new("amount", (Amount / 4).ToString(CultureInfo.InvariantCulture)),
            ]),
        };
        request.Headers.Authorization = new("Bearer", "sk_test_sandbox_paymentflow");
        // A fault may also hit this call. The ledger shows whether the refund was made.
        try
        {
            using var response = await world.Http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException)
        {
            Failures++;
        }
    }

    async Task AtBankAsync(string page, string outcome, CancellationToken cancellationToken)
    {
        Uri address = new(page);
        // The page's address leads through the proxy. The customer's browser calls the sandbox directly.
        address = new UriBuilder(address) { Host = world.Sandbox.Host, Port = world.Sandbox.Port }.Uri;
        using HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false });
        var html = await browser.GetStringAsync(address, cancellationToken);
        var fields = HiddenField().Matches(html).ToDictionary(field => field.Groups[1].Value, field => field.Groups[2].Value);
        fields["outcome"] = outcome;
        using FormUrlEncodedContent form = new(fields);
        using var back = await browser.PostAsync(new Uri(address, address.AbsolutePath), form, cancellationToken);
        if ((int)back.StatusCode is < 300 or > 399) Surprises.Add($"the bank's page answered {(int)back.StatusCode}");
    }

    /// <summary>Repeats a request that got no answer or a 5xx, with growing pauses.</summary>
    async Task<(HttpStatusCode Status, string? Code, JsonNode? Body)> UntilAnsweredAsync(
        Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var pause = 300; ; pause = Math.Min(pause * 2, 30_000))
        {
            Requests++;
            try
            {
                using var request = create();
                Doing = $"{request.Method} {request.RequestUri!.AbsolutePath.Split('/')[^1]}";
                using var response = await world.Http.SendAsync(request, cancellationToken);
                if ((int)response.StatusCode < 500)
                {
                    var body = await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
                    return (response.StatusCode, body?["code"]?.GetValue<string>(), body);
                }
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null) PutOff++;
                else if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                    Surprises.Add($"{request.Method} {request.RequestUri!.AbsolutePath}: 503 without Retry-After");
                if (response.StatusCode == HttpStatusCode.InternalServerError)
                {
                    var text = await response.Content.ReadAsStringAsync(cancellationToken);
                    Surprises.Add($"{request.Method} {request.RequestUri!.AbsolutePath}: 500 {text}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Without an answer, the outcome is unknown.
            }
            Failures++;
            Doing += " (no answer)";
            await Task.Delay(_random.Next(pause / 2, pause), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Screen is not null) await Screen.DisposeAsync();
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]+)">""")]
    private static partial Regex HiddenField();
}
