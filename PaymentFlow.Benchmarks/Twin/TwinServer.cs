using System.Net;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>
/// The native twin does only the hops of a payment: POST → one round trip to Postgres (payment and outbox) → Kafka
/// (idempotent, acks=all) → consumer → order → WebSocket. It has no Stripe, rules, claims, history or telemetry, so it shows the minimum
/// cost. See docs/decisions/0011-benchmark-method.md
/// </summary>
static class TwinServer
{
    public const string Mode = "twin";

    /// <summary>As many as in the app, where OrderService and Web follow topic <c>orders</c>.</summary>
    const int InstancesThatFollow = 2;

    static readonly byte[] Unpaid = """{"status":"awaiting_payment"}"""u8.ToArray();

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(args, new Dictionary<string, string>
        {
            ["postgres"] = "",
            ["kafka"] = "",
            ["topic"] = "",
            // The topic of the second event per order; empty for none.
            ["second-topic"] = "",
            ["writers"] = "0",
            ["fetch-wait-ms"] = "500",
            ["session-ms"] = "6000",
            ["heartbeat-ms"] = "2000",
        });
        var (topic, secondTopic) = (options["topic"], options["second-topic"]);
        await using var database = NpgsqlDataSource.Create($"{options["postgres"]};Database=twin;Maximum Pool Size=12;Max Auto Prepare=20");
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            BootstrapServers = options["kafka"],
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 0,
        }).Build();
        ConsumerConfig group = new()
        {
            BootstrapServers = options["kafka"],
            GroupId = "twin",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = 1000,
            FetchWaitMaxMs = options.Number("fetch-wait-ms"),
            SessionTimeoutMs = options.Number("session-ms"),
            HeartbeatIntervalMs = options.Number("heartbeat-ms"),
        };
        using var consumer = new ConsumerBuilder<string, byte[]>(group).Build();
        TwinStore store = new(database);
        TwinRelay relay = new(producer, topic, "outbox", store);
        var second = secondTopic.Length > 0 ? new TwinRelay(producer, secondTopic, "second_outbox", store) : null;
        TwinWriter writer = new(store, relay);
        OpenSockets sockets = new();
        TwinConsumer consuming = new(consumer, topic, store, sockets, second);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.MapPost("/pay/{id:guid}", async (Guid id) => await writer.PayAsync(id));
        app.MapGet("/orders/{id:guid}/live", async (Guid id, HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await sockets.HoldAsync(id, socket, () => Task.FromResult(Unpaid));
        });
        app.MapPost("/publish", relay.PublishTableAsync);
        app.MapPost("/reset", consuming.Reset);
        app.MapGet("/figures", () => consuming.Figures);
        await app.StartAsync();
        relay.Start();
        second?.Start();
        for (var instance = 0; second is not null && instance < InstancesThatFollow; instance++)
            TwinTail.Start(group, secondTopic, instance);
        writer.Start(options["writers"] == "0" ? 0 : options.Number("writers"));
        consuming.Start();
        Console.WriteLine(app.Urls.First());
        await HelperProcess.ParentEndsAsync();
        return 0;
    }
}
