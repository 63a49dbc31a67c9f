using System.Globalization;
using System.Text;
using JasperFx.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.Benchmarks.World;
using Wolverine;
using Wolverine.EntityFrameworkCore;
using Wolverine.Kafka;
using Wolverine.Persistence;
using Wolverine.Postgresql;
using Wolverine.Transports;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>
/// The peer's order service: Kafka → Wolverine's durable inbox → one transaction (order and the inbox's mark) → WebSocket. The inbox
/// recognizes repeated messages by their ids, so the handlers do not look for them.
/// </summary>
static class WolverineOrders
{
    public const string Mode = "wolverine-orders";

    public static async Task<int> RunAsync(string[] args)
    {
        var options = PeerOptions.Parse(args);
        var builder = PeerOptions.CreateBuilder();
        var batches = options.Tuning == PeerTuning.Throughput;
        OpenSockets sockets = new();
        builder.Services.AddSingleton(sockets);
        builder.Host.UseWolverine(wolverine =>
        {
            wolverine.ServiceName = "peer-orders";
            wolverine.ApplicationAssembly = typeof(WolverineOrders).Assembly;
            wolverine.Discovery.DisableConventionalDiscovery().IncludeType(typeof(OrderPaidHandler))
                .IncludeType(batches ? typeof(PaymentSucceededBatchHandler) : typeof(PaymentSucceededHandler));
            wolverine.PersistMessagesWithPostgresql(options.Postgres, "wolverine");
            wolverine.Services.AddDbContextWithWolverineIntegration<OrdersDb>(db => db.UseNpgsql(options.Postgres), "wolverine");
            wolverine.Policies.AutoApplyTransactions();
            wolverine.UseKafka(options.Kafka).ConfigureConsumers(options.ApplyTo).BeginAtEarliest();
            var listener = wolverine.ListenToKafkaTopic(options.Topic).ExternallyOwned();
            if (options.Tuned)
            {
                wolverine.UseEntityFrameworkCoreTransactions(TransactionMiddlewareMode.Lightweight);
                // "Optimizing the Message Store".
                wolverine.Durability.EnableInboxPartitioning = true;
                // "Performance Tuning", Back pressure and Consumption parallelism: a full buffer closes the consumer, which rebalances.
                listener.UseDurableInbox(new BufferingLimits(10_000, 5_000)).MaximumParallelMessages(10).MaximumMessagesToReceive(500);
            }
            else
            {
                wolverine.UseEntityFrameworkCoreTransactions();
                listener.UseDurableInbox();
            }
            if (batches)
            {
                // "Batch Message Processing".
                wolverine.BatchMessagesOf<PaymentSucceeded>(batch =>
                {
                    batch.BatchSize = 500;
                    batch.TriggerTime = TimeSpan.FromMilliseconds(1);
                });
            }
            wolverine.Services.AddResourceSetupOnStartup();
        });
        await using var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.MapGet("/orders/{id:guid}/live", async (Guid id, HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await sockets.HoldAsync(id, socket, async () =>
            {
                await using var scope = app.Services.CreateAsyncScope();
                var order = await scope.ServiceProvider.GetRequiredService<OrdersDb>().Orders.SingleAsync(order => order.Id == id);
                return Frames.Of(id, order.Status, order.Version, order.UpdatedAt ?? TimeProvider.System.GetUtcNow());
            });
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await HelperProcess.ParentEndsAsync();
        return 0;
    }
}

public static class PaymentSucceededHandler
{
    public static async Task<OrderPaid> HandleAsync(PaymentSucceeded paid, OrdersDb db, CancellationToken cancellationToken)
    {
        var order = await db.Orders.SingleAsync(order => order.Id == paid.OrderId, cancellationToken);
        order.BecomePaid();
        return new OrderPaid(order.Id, order.Version, paid.At);
    }
}

public static class PaymentSucceededBatchHandler
{
    public static async Task<OutgoingMessages> HandleAsync(PaymentSucceeded[] paid, OrdersDb db, CancellationToken cancellationToken)
    {
        var ids = paid.Select(payment => payment.OrderId).ToArray();
        var orders = await db.Orders.Where(order => ids.Contains(order.Id)).ToDictionaryAsync(order => order.Id, cancellationToken);
        OutgoingMessages outgoing = [];
        foreach (var payment in paid)
        {
            var order = orders[payment.OrderId];
            order.BecomePaid();
            outgoing.Add(new OrderPaid(order.Id, order.Version, payment.At));
        }
        return outgoing;
    }
}

public static class OrderPaidHandler
{
    public static void Handle(OrderPaid paid, OpenSockets sockets)
    {
        if (sockets.Holds(paid.OrderId)) sockets.Push(paid.OrderId, Frames.Of(paid.OrderId, "paid", paid.Version, paid.At));
    }
}

static class Frames
{
    public static byte[] Of(Guid orderId, string status, long version, DateTimeOffset at) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"type":"order.updated","orderId":"{{{orderId}}}","status":"{{{status}}}","version":{{{version}}},"at":"{{{at:O}}}"}"""));
}

public sealed class Order
{
    public Guid Id { get; init; }

    public string Status { get; set; } = "";

    public long Version { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }

    public void BecomePaid() => (Status, Version, UpdatedAt) = ("paid", Version + 1, TimeProvider.System.GetUtcNow());
}

public sealed class OrdersDb(DbContextOptions<OrdersDb> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(order =>
    {
        order.ToTable("orders");
        order.Property(o => o.Id).HasColumnName("id");
        order.Property(o => o.Status).HasColumnName("status");
        order.Property(o => o.Version).HasColumnName("version");
        order.Property(o => o.UpdatedAt).HasColumnName("updated_at");
    });
}
