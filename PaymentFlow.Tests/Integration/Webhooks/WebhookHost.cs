using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Webhooks;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.OrderService.Webhooks.Endpoints;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>
/// OrderService's webhooks with a database of their own, in this process, with short waits. Names are looked up by the test.
/// </summary>
public sealed class WebhookHost : IAsyncLifetime
{
    /// <summary>A delivery is given up after the first try and two more.</summary>
    public const int Tries = 3;

    readonly ScratchDatabase _database;
    IReadOnlyList<IHostedService> _services = [];

    public WebhookHost(PaymentFlowApp app)
    {
        _database = new ScratchDatabase(app.PaymentsDb, ofOrders: true, more: builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Webhooks:Keys:0"] = "key-of-the-secrets-of-webhooks",
                ["Webhooks:AllowPrivateAddresses"] = "true",
                ["Webhooks:Timeout"] = "00:00:01",
                ["Webhooks:Retries:0"] = "00:00:00.1",
                ["Webhooks:Retries:1"] = "00:00:00.2",
                ["Webhooks:LookEvery"] = "00:00:00.1",
                ["Webhooks:SweepAfter"] = "00:00:01",
            });
            builder.Services.AddSingleton<HostResolver>((host, token) => Resolve(host, token));
            builder.AddWebhooks();
        });
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Replaces DNS.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; set; } = Dns.GetHostAddressesAsync;

    internal WebhookEndpointStore Endpoints => _database.Services.GetRequiredService<WebhookEndpointStore>();

    internal WebhookDeliveryStore Deliveries => _database.Services.GetRequiredService<WebhookDeliveryStore>();

    WebhookFeed Feed => _database.Services.GetRequiredService<WebhookFeed>();

    /// <summary>Another feed of the same database, which the test starts and stops.</summary>
    internal WebhookFeed NewFeed() => ActivatorUtilities.CreateInstance<WebhookFeed>(_database.Services);

    internal WebhookWorker Worker => _database.Services.GetRequiredService<WebhookWorker>();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _services = [Feed, Worker, ActivatorUtilities.CreateInstance<WebhookSweep>(_database.Services)];
        foreach (var service in _services) await service.StartAsync(CancellationToken.None);
    }

    internal async Task<(Guid Id, string Secret)> AddEndpointAsync(string url, params string[] types)
    {
        var (id, secret) = (Guid.CreateVersion7(), WebhookSecrets.Create());
        Assert.True(await Endpoints.AddAsync(
            id, new CreateWebhookEndpointRequest(url, types.Length == 0 ? ["*"] : types), secret, TimeProvider.System.GetUtcNow(), Token));
        return (id, WebhookSecrets.TextOf(secret));
    }

    public async Task DeleteEndpointsAsync()
    {
        foreach (var endpoint in await Endpoints.ListAsync(CancellationToken.None))
            await Endpoints.DeleteAsync(endpoint.Id, CancellationToken.None);
    }

    /// <summary>An event of a new order, as it is in the topic, with a field of a later release.</summary>
    public static CloudEvent NewEvent(string type = EventTypes.OrderPaid)
    {
        OrderEvent order = new(
            Guid.CreateVersion7(), "shop-1", 2, "paid", Guid.CreateVersion7(), 1, 500, 0, "usd", TimeProvider.System.GetUtcNow());
        var data = JsonSerializer.SerializeToNode(order, EventJson.Default.OrderEvent)!.AsObject();
        data["later"] = new JsonObject { ["text"] = "Кружка" };
        return new CloudEvent(
            order.EventId, type, "/order-service", TimeProvider.System.GetUtcNow(), order.OrderId.ToString(),
            Encoding.UTF8.GetBytes(data.ToJsonString()), null);
    }

    /// <summary>The event is committed, and its deliveries are stored, as after an order's change.</summary>
    public async Task CommitAsync(CloudEvent happened) => HandOver(await InsertAsync(happened), happened);

    /// <summary>Commits the event's outbox row, as if the process died afterwards.</summary>
    /// <returns>The row's id.</returns>
    public Task<long> InsertAsync(CloudEvent happened) => _database.QueryAsync<long>("""
        INSERT INTO outbox (event_id, topic, key, type, source, time, data, published_at)
        VALUES ($1, 'orders', $2, $3, '', $4, $5, now()) RETURNING id
        """, happened.Id, happened.Key, happened.Type, happened.Time.UtcDateTime, happened.Data);

    /// <summary>Hands a committed event to the webhooks.</summary>
    public void HandOver(long outboxId, CloudEvent happened) => Feed.Add(new OutboxEntry(outboxId, Topics.Orders, happened));

    /// <summary>The one delivery of the event to the endpoint, when it has this state.</summary>
    internal async Task<WebhookDelivery> IsAsync(string state, Guid endpoint, CloudEvent happened)
    {
        WebhookDelivery? delivery = null;
        await Eventually.TrueAsync(async () =>
        {
            var found = await Deliveries.ListAsync(endpoint, happened.Id, null, null, null, 2, Token);
            delivery = found.Count == 0 ? null : Assert.Single(found);
            return delivery?.State == state;
        });
        return delivery!;
    }

    public Task ExecuteAsync(string sql, params object[] parameters) => _database.ExecuteAsync(sql, parameters);

    public Task<T> QueryAsync<T>(string sql, params object[] parameters) => _database.QueryAsync<T>(sql, parameters);

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services) await service.StopAsync(CancellationToken.None);
        await _database.DisposeAsync();
    }
}
