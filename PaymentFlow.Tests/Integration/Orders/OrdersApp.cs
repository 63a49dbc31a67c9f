using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>Access to OrderService by its API, its topics and its database.</summary>
public sealed class OrdersApp : IAsyncDisposable
{
    /// <summary>The trace of all payments that are published with this class.</summary>
    public const string Trace = "0af7651916cd43dd8448eb211c80319c";

    /// <summary>Counts the dead letters with an event's id.</summary>
    public const string IsDeadLettered = "SELECT count(*) FROM dead_letters WHERE event_id = $1";

    readonly IProducer<string, byte[]> _producer;
    readonly NpgsqlDataSource _database;
    readonly EventKeys _keys;

    public OrdersApp(PaymentFlowApp app)
    {
        Http = new HttpClient { BaseAddress = app.OrderService };
        MerchantKey = app.MerchantKey;
        OperatorKey = app.OperatorKey;
        ServiceKey = app.ServiceKey;
        AllowedOrigin = app.Web.GetLeftPart(UriPartial.Authority);
        _producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = app.KafkaBootstrap, EnableIdempotence = true }).Build();
        _database = NpgsqlDataSource.Create(app.OrdersDb);
        _keys = app.EventKeys;
    }

    public HttpClient Http { get; }

    public string MerchantKey { get; }

    public string OperatorKey { get; }

    public string ServiceKey { get; }

    public string AllowedOrigin { get; }

    public async Task<CreatedOrder> CreateAsync(string product = "mug", long quantity = 1)
    {
        using var response = await Http.PostAsJsonAsync("/orders",
            new { items = new[] { new { productId = product, quantity } } }, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<CreatedOrder>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Sends a request with the given headers.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Answer.OfAsync(await Http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    public Task<Answer> AsOperatorAsync(HttpMethod method, string path) =>
        SendAsync(method, path, null, ("X-Operator-Key", OperatorKey), ("X-Operator-Name", "Anna"));

    /// <summary>A merchant's order of 5.00 dollars.</summary>
    public async Task<CreatedOrder> CreateForMerchantAsync(string description)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new { reference = $"shop-{Guid.CreateVersion7()}", amount = 500, currency = "usd", description }),
        };
        request.Headers.Add("X-Api-Key", MerchantKey);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<CreatedOrder>(TestContext.Current.CancellationToken))!;
    }

    public Task<Answer> AsCustomerAsync(CreatedOrder order, HttpMethod method, string path) =>
        SendAsync(method, path, null, ("Authorization", $"Bearer {order.ClientSecret}"));

    /// <summary>
    /// Publishes an event as PaymentApi does, or, with <paramref name="tamper"/>, one that PaymentApi never publishes but has signed.
    /// </summary>
    /// <param name="forge">Changes the message after it was signed.</param>
    public async Task PublishAsync(
        PaymentEvent payment, Action<Message<string, byte[]>>? tamper = null, Action<Message<string, byte[]>>? forge = null)
    {
        CloudEvent cloudEvent = new(
            payment.EventId, "payment.succeeded", "/payment-api", DateTimeOffset.UnixEpoch.AddYears(56), payment.OrderId.ToString(),
            JsonSerializer.SerializeToUtf8Bytes(payment, EventJson.Default.PaymentEvent), null);
        var message = KafkaBinding.ToMessage(Topics.Payments, cloudEvent, $"00-{Trace}-b7ad6b7169203331-01", _keys);
        tamper?.Invoke(message);
        KafkaBinding.Sign(Topics.Payments, message, _keys);
        forge?.Invoke(message);
        await _producer.ProduceAsync(Topics.Payments, message, TestContext.Current.CancellationToken);
    }

    /// <summary>Publishes a payment of a missing order and waits until it is a dead letter.</summary>
    public async Task<PaymentEvent> LosePaymentAsync()
    {
        var lost = await PayMissingOrderAsync();
        await PublishAsync(lost);
        await UntilAsync(1L, IsDeadLettered, lost.EventId);
        return lost;
    }

    /// <summary>A payment of an order that is missing until <see cref="RestoreAsync"/>. It is not published.</summary>
    public async Task<PaymentEvent> PayMissingOrderAsync()
    {
        var id = Guid.CreateVersion7();
        return (await CreateAsync()).Payment(version: 2) with { OrderId = id, Reference = RestoredReference(id) };
    }

    /// <summary>Inserts the row of a missing order, as a restored backup would.</summary>
    public async Task<CreatedOrder> RestoreAsync(Guid id, TimeSpan age = default)
    {
        var model = await CreateAsync();
        await QueryAsync<Guid>("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, description)
            SELECT $1, $2, secret_hash, amount, currency, items, created_at - $4, updated_at, 'written past the API'
            FROM orders WHERE id = $3 RETURNING id
            """, id, RestoredReference(id), model.Id, age);
        return model with { Id = id, Reference = RestoredReference(id) };
    }

    static string RestoredReference(Guid id) => $"restored-{id}";

    public async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = _database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Waits until the query's single value is <paramref name="expected"/>, for a minute at most.</summary>
    public Task UntilAsync<T>(T expected, string sql, params object[] parameters) =>
        Eventually.TrueAsync(async () => Equals(await QueryAsync<T>(sql, parameters), expected));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _producer.Dispose();
        await _database.DisposeAsync();
    }
}

public sealed record CreatedOrder(
    Guid Id, string Reference, string Status, long Version, long Amount, long AmountRefunded, string Currency,
    string ClientSecret, string Message)
{
    readonly Guid _payment = Guid.CreateVersion7();

    /// <summary>The order's payment at a version.</summary>
    public PaymentEvent Payment(long version, string status = "succeeded", long refunded = 0) =>
        new(_payment, Id, Reference, version, status, Amount, refunded, Currency);
}
