using JasperFx.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.Benchmarks.World;
using Stripe;
using Wolverine;
using Wolverine.EntityFrameworkCore;
using Wolverine.Http;
using Wolverine.Kafka;
using Wolverine.Persistence;
using Wolverine.Postgresql;
using Wolverine.Runtime;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>
/// The peer's payment service: POST → Stripe → one transaction (payment, and the event in Wolverine's durable outbox) → Kafka. Written
/// with Wolverine.Http and Entity Framework Core, as Wolverine's documentation shows.
/// </summary>
static class WolverinePayments
{
    public const string Mode = "wolverine-payments";

    public static async Task<int> RunAsync(string[] args)
    {
        var options = PeerOptions.Parse(args);
        var builder = PeerOptions.CreateBuilder();
        builder.Services.AddSingleton(new StripeClient(new StripeClientOptions
        {
            ApiKey = BenchmarkWorld.PeerSandboxKey,
            ApiBase = options.Stripe.TrimEnd('/'),
            HttpClient = new SystemNetHttpClient(maxNetworkRetries: 1, enableTelemetry: false),
        }));
        builder.Services.AddWolverineHttp();
        builder.Host.UseWolverine(wolverine =>
        {
            wolverine.ServiceName = "peer-payments";
            wolverine.ApplicationAssembly = typeof(WolverinePayments).Assembly;
            wolverine.Discovery.DisableConventionalDiscovery();
            wolverine.PersistMessagesWithPostgresql(options.Postgres, "wolverine");
            // Maps the outbox into the DbContext, so that its rows are saved in the batch of the payment.
            wolverine.Services.AddDbContextWithWolverineIntegration<PaymentsDb>(db => db.UseNpgsql(options.Postgres), "wolverine");
            wolverine.Policies.AutoApplyTransactions();
            wolverine.Policies.UseDurableOutboxOnAllSendingEndpoints();
            wolverine.UseKafka(options.Kafka);
            var events = wolverine.PublishMessage<PaymentSucceeded>().ToKafkaTopic(options.Topic).ExternallyOwned();
            if (options.Tuned)
            {
                // "Eager vs Lightweight Transactions": SaveChanges is the only transaction, so none is open during the call of Stripe.
                wolverine.UseEntityFrameworkCoreTransactions(TransactionMiddlewareMode.Lightweight);
                // "Performance Tuning", Publishing: by default a batch that is not full waits 250 ms, and one batch is sent at a time.
                events.MessageBatchSize(100).MessageBatchTimeout(TimeSpan.FromMilliseconds(1)).MessageBatchMaxDegreeOfParallelism(4);
            }
            else
            {
                wolverine.UseEntityFrameworkCoreTransactions();
            }
            wolverine.Services.AddResourceSetupOnStartup();
        });
        await using var app = builder.Build();
        app.MapWolverineEndpoints();
        app.MapPost("/events/{batch:int}/{count:int}", PublishAsync);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await HelperProcess.ParentEndsAsync();
        return 0;
    }

    /// <summary>Commits payments with their events, for measurements that start with a backlog.</summary>
    static async Task PublishAsync(int batch, int count, [FromServices] IDbContextOutbox<PaymentsDb> outbox)
    {
        OrderBatch orders = new(batch, count);
        foreach (var chunk in Enumerable.Range(0, count).Chunk(500))
        {
            outbox.DbContext.ChangeTracker.Clear();
            foreach (var order in chunk)
            {
                Payment payment = new()
                {
                    Id = Guid.CreateVersion7(),
                    OrderId = orders.IdOf(order),
                    Amount = AppTarget.Amount,
                    Status = "succeeded",
                };
                outbox.DbContext.Payments.Add(payment);
                await outbox.PublishAsync(
                    new PaymentSucceeded(payment.Id, payment.OrderId, payment.Amount, TimeProvider.System.GetUtcNow()),
                    new DeliveryOptions { PartitionKey = payment.OrderId.ToString() });
            }
            await outbox.SaveChangesAndFlushMessagesAsync(MultiFlushMode.AllowMultiples);
        }
    }
}

public static class PaymentEndpoints
{
    /// <summary>Creates the PaymentIntent before the customer presses Pay, as PaymentFlow's checkout does.</summary>
    [WolverinePost("/prepare/{orderId}")]
    public static async Task<PaymentAnswer> PrepareAsync(
        Guid orderId, Pay request, PaymentsDb db, StripeClient stripe, CancellationToken cancellationToken)
    {
        var payment = await FindOrCreateAsync(orderId, db, stripe, cancellationToken);
        return new PaymentAnswer(payment.Id, payment.Status);
    }

    [WolverinePost("/pay/{orderId}")]
    public static async Task<(PaymentAnswer, DeliveryMessage<PaymentSucceeded>)> PayAsync(
        Guid orderId, Pay request, PaymentsDb db, StripeClient stripe, CancellationToken cancellationToken)
    {
        var payment = await FindOrCreateAsync(orderId, db, stripe, cancellationToken);
        var intent = await stripe.V1.PaymentIntents.ConfirmAsync(
            payment.IntentId, new PaymentIntentConfirmOptions { PaymentMethod = request.PaymentMethod },
            new RequestOptions { IdempotencyKey = $"{payment.Id}-confirm" }, cancellationToken);
        if (intent.Status != "succeeded") throw new InvalidOperationException($"The payment is {intent.Status}.");
        payment.Status = intent.Status;
        // The return values are the answer and the event, which the middleware stores in the outbox.
        return (new PaymentAnswer(payment.Id, payment.Status),
            new PaymentSucceeded(payment.Id, orderId, payment.Amount, TimeProvider.System.GetUtcNow())
                .WithDeliveryOptions(new DeliveryOptions { PartitionKey = orderId.ToString() }));
    }

    static async Task<Payment> FindOrCreateAsync(Guid orderId, PaymentsDb db, StripeClient stripe, CancellationToken cancellationToken)
    {
        if (await db.Payments.SingleOrDefaultAsync(payment => payment.OrderId == orderId, cancellationToken) is { } prepared)
            return prepared;
        Payment payment = new() { Id = Guid.CreateVersion7(), OrderId = orderId, Amount = AppTarget.Amount, Status = "processing" };
        var intent = await stripe.V1.PaymentIntents.CreateAsync(
            new PaymentIntentCreateOptions
            {
                Amount = payment.Amount,
                Currency = "usd",
                AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" },
            },
            new RequestOptions { IdempotencyKey = $"{payment.Id}-create" }, cancellationToken);
        payment.IntentId = intent.Id;
        db.Payments.Add(payment);
        return payment;
    }
}

public sealed class Payment
{
    public Guid Id { get; init; }

    public Guid OrderId { get; init; }

    public string? IntentId { get; set; }

    public long Amount { get; init; }

    public string Status { get; set; } = "";
}

public sealed class PaymentsDb(DbContextOptions<PaymentsDb> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Payment>(payment =>
    {
        payment.ToTable("payments");
        payment.Property(p => p.Id).HasColumnName("id");
        payment.Property(p => p.OrderId).HasColumnName("order_id");
        payment.Property(p => p.IntentId).HasColumnName("intent_id");
        payment.Property(p => p.Amount).HasColumnName("amount");
        payment.Property(p => p.Status).HasColumnName("status");
    });
}
