using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using PaymentFlow.Benchmarks.Measuring;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Polling;

/// <summary>Customers who come to their order's page at the same time, and each pay at a moment of their own.</summary>
sealed class Crowd(AppTarget app, int customers, TimeSpan duration)
{
    // The same moments and phases for both ways.
    const int Seed = 1;

    /// <param name="interval">How often each asks, where they ask.</param>
    public async Task<Seen> WatchAsync(Way way, TimeSpan interval)
    {
        var orders = await app.SeedAsync(customers);
        Wire wire = new();
        Latencies knowing = new();
        var requests = 0;
        Random random = new(Seed);
        var plans = Enumerable.Range(0, customers).Select(_ => (Pays: duration * random.NextDouble(), Phase: random.NextDouble())).ToArray();
        using var connections = Screen.Invoker(wire);
        CpuMeter cpu = new(app.Processes());
        await Task.WhenAll(plans.Select(async (plan, order) =>
        {
            var watching = way switch
            {
                Way.Ask => AskAsync(connections, orders, order, interval, plan.Phase, () => Interlocked.Increment(ref requests)),
                Way.Listen => ListenAsync(connections, orders, order, () => Interlocked.Increment(ref requests)),
                _ => Task.FromResult(TimeSpan.Zero),
            };
            await Task.Delay(plan.Pays);
            await app.PayAsync(orders, order);
            knowing.Record(await watching);
        }));
        var used = cpu.Used();
        await Load.RestAsync(app);
        return new Seen(customers, knowing, requests, wire.Bytes, used);
    }

    /// <returns>From Stripe's yes until the answer that tells of it.</returns>
    async Task<TimeSpan> AskAsync(HttpMessageInvoker http, OrderBatch orders, int order, TimeSpan every, double phase, Action asked)
    {
        Uri address = new(app.World.OrderService, $"/orders/{orders.IdOf(order)}");
        AuthenticationHeaderValue secret = new("Bearer", orders.SecretOf(order));
        await Task.Delay(every * phase);
        using PeriodicTimer timer = new(every);
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address) { Headers = { Authorization = secret } };
            using var response = await http.SendAsync(request, CancellationToken.None);
            if (response.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"GET /orders answered {(int)response.StatusCode}.");
            var body = await response.Content.ReadAsByteArrayAsync();
            asked();
            if (body.AsSpan().IndexOf("\"status\":\"paid\""u8) >= 0)
            {
                var received = TimeProvider.System.GetUtcNow();
                using var json = JsonDocument.Parse(body);
                return received - json.RootElement.GetProperty("updatedAt").GetDateTimeOffset();
            }
            await timer.WaitForNextTickAsync();
        }
    }

    async Task<TimeSpan> ListenAsync(HttpMessageInvoker sockets, OrderBatch orders, int order, Action asked)
    {
        await using var screen = await app.OpenAsync(orders, order, sockets);
        asked();
        var frame = await screen.Paid;
        return frame.Received - frame.At;
    }
}

/// <summary>How customers come to know.</summary>
enum Way
{
    /// <summary>They don't look: what their payments alone cost.</summary>
    Nobody,

    /// <summary>They ask again and again.</summary>
    Ask,

    /// <summary>They are told by WebSocket.</summary>
    Listen,
}

/// <param name="Bytes">Over the connections of those who watch; the payments' own are not among them.</param>
sealed record Seen(int Customers, Latencies Knowing, int Requests, long Bytes, IReadOnlyDictionary<string, TimeSpan> Cpu)
{
    static readonly string[] Services = ["order-service", "postgres"];

    /// <param name="unwatched">The same payments with nobody who looks.</param>
    public void AddTo(Measurements measurements, string way, Seen unwatched)
    {
        measurements.Add($"{way}: until the customer knows, median", Knowing.Milliseconds(50), "ms");
        measurements.Add($"{way}: until the customer knows, p99", Knowing.Milliseconds(99), "ms");
        measurements.Add($"{way}: requests a customer", (double)Requests / Customers, "requests");
        measurements.Add($"{way}: bytes on the wire a customer", (double)Bytes / Customers, "bytes");
        measurements.Add($"{way}: CPU of order-service and postgres a customer, without the payment",
            Services.Sum(service => (Cpu[service] - unwatched.Cpu[service]).TotalMilliseconds) / Customers, "ms");
    }
}
