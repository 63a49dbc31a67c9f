using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Live;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>
/// The WebSocket (RFC 8441) and the event stream over HTTP/2. OrderService speaks HTTP/2 only with TLS, so the test hosts their endpoints
/// on a port that expects HTTP/2 from the start, with the real database.
/// </summary>
public sealed class LiveHttp2Tests(PaymentFlowApp app, OrdersApp orders) : IClassFixture<OrdersApp>, IAsyncLifetime
{
    readonly HttpMessageInvoker _http2 = new(new SocketsHttpHandler());
    NpgsqlDataSource _database = null!;
    WebApplication _service = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(app.OrdersDb);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Sockets:MaxPerOrder"] = "1",
            ["Services:Key"] = app.ServiceKey,
            ["EventStreams:EndAfter"] = "00:00:01",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        builder.AddLive();
        // Only new orders need the relay and the webhooks.
        builder.Services.AddSingleton(new OrderStore(_database, relay: null!, webhooks: null!, new OrderOptions()));
        builder.Services.AddSingleton(new CheckoutOptions());
        builder.Services.AddSingleton<CheckoutLinks>();
        builder.Services.AddSingleton<OrderAccess>();
        builder.Services.AddSingleton<OrderUpdateHub>();
        builder.Services.AddSingleton<IPushReceiptStore, NoReceipts>();
        builder.Services.AddSingleton<PushReceiptWriter>();
        _service = builder.Build();
        _service.UseApiDefaults();
        _service.UseLive();
        _service.MapLive();
        await _service.StartAsync(Token);
    }

    [Fact]
    public async Task A_customer_follows_the_order_over_HTTP_2()
    {
        var order = await orders.CreateAsync();
        using var live = Socket(order.ClientSecret);
        await live.ConnectAsync(AddressOf(order.Id), _http2, Token);
        Assert.Equal("awaiting_payment", (await NextAsync(live)).Status);

        _service.Services.GetRequiredService<OrderUpdateHub>().Publish(new OrderEvent(
            order.Id, "R", 2, "paid", Guid.CreateVersion7(), 1, 100, 0, "usd", DateTimeOffset.UnixEpoch));

        var paid = await NextAsync(live);
        Assert.Equal(("paid", 2, "Your order is paid"), (paid.Status, paid.Version, paid.Message));

        // The refusals are the same as over HTTP/1.1.
        Assert.Equal(HttpStatusCode.TooManyRequests, await RefusalAsync(order.Id, Socket(order.ClientSecret)));
        Assert.Equal(HttpStatusCode.NotFound, await RefusalAsync(order.Id, Socket("nonsense")));
        var foreign = Socket(order.ClientSecret);
        foreign.Options.SetRequestHeader("Origin", "http://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(order.Id, foreign));
    }

    [Fact]
    public async Task An_old_event_stream_ends_properly_and_its_client_misses_nothing()
    {
        var order = await orders.CreateAsync();
        Assert.Contains("id: 1\ndata: {", await FollowToTheEndAsync(order, lastEventId: null), StringComparison.Ordinal);
        // The client has the newest version, so there is nothing to tell.
        Assert.DoesNotContain("data:", await FollowToTheEndAsync(order, lastEventId: "1"), StringComparison.Ordinal);
    }

    async Task<string> FollowToTheEndAsync(CreatedOrder order, string? lastEventId)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(new Uri(_service.Urls.Single()), $"/orders/{order.Id}/events"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var answer = await _http2.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    static ClientWebSocket Socket(string secret)
    {
        ClientWebSocket socket = new();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {secret}");
        return socket;
    }

    async Task<HttpStatusCode> RefusalAsync(Guid order, ClientWebSocket socket)
    {
        using (socket)
        {
            await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(AddressOf(order), _http2, Token));
            return socket.HttpStatusCode;
        }
    }

    static async Task<Frame> NextAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, Token);
        return JsonSerializer.Deserialize<Frame>(Encoding.UTF8.GetString(buffer, 0, received.Count), JsonSerializerOptions.Web)!;
    }

    Uri AddressOf(Guid order) => new UriBuilder(_service.Urls.Single()) { Scheme = "ws", Path = $"/orders/{order}/live" }.Uri;

    public async ValueTask DisposeAsync()
    {
        _http2.Dispose();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    sealed class NoReceipts : IPushReceiptStore
    {
        public Task AddAsync(IReadOnlyList<PushReceipt> records, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
