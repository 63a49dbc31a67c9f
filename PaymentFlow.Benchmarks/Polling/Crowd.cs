using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Polling;

/// <summary>Customers open their orders' pages at the same time, and each pays at a random moment.</summary>
sealed class Crowd(AppTarget app, int customers, TimeSpan duration)
{
    // The same random moments and phases for every way.
    const int Seed = 1;

    /// <param name="interval">The polling interval of each customer, for <see cref="Way.Ask"/>.</param>
    public async Task<Seen> WatchAsync(Way way, TimeSpan interval)
    {
        var orders = await app.SeedAsync(customers);
        Wire wire = new();
        Latencies knowing = new();
        var requests = 0;
        Random random = new(Seed);
        var plans = Enumerable.Range(0, customers)
            .Select(_ => (Pays: duration * random.NextDouble(), Phase: random.NextDouble())).ToArray();
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

    /// <returns>The time from Stripe's answer until the first response with status paid.</returns>
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
            if (response.StatusCode != HttpStatusCode.OK)
                throw new InvalidOperationException($"GET /orders answered {(int)response.StatusCode}.");
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

/// <summary>How customers learn the result.</summary>
enum Way
{
    /// <summary>No customer watches. Measures the cost of the payments alone.</summary>
    Nobody,

    /// <summary>By polling.</summary>
    Ask,

    /// <summary>By WebSocket.</summary>
    Listen,
}

/// <param name="Bytes">Bytes on the watching connections, without those of the payments.</param>
sealed record Seen(int Customers, Latencies Knowing, int Requests, long Bytes, IReadOnlyDictionary<string, TimeSpan> Cpu)
{
    static readonly string[] Services = ["order-service", "postgres"];

    /// <param name="unwatched">The result of <see cref="Way.Nobody"/> for the same payments.</param>
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
