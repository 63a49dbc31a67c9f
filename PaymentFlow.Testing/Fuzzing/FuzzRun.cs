using System.Collections.Concurrent;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>
/// Sends fuzzed requests to a running app. No answer may be a 5xx other than a documented 503, every error must be a problem document with
/// a code, and afterwards the books must agree.
/// </summary>
public static class FuzzRun
{
    const int MaxFaultsShown = 20;

    static readonly TimeSpan RestTimeout = TimeSpan.FromSeconds(60);
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="app">Started with <see cref="FuzzWorld.Environment"/>. Nothing else may use it meanwhile.</param>
    /// <param name="log">Called with the progress from time to time.</param>
    public static async Task<FuzzReport> RunAsync(
        RunningApp app, FuzzOptions options, Action<string>? log = null, CancellationToken cancellationToken = default)
    {
        var paymentsDb = await app.GetConnectionStringAsync("paymentsdb");
        var ordersDb = await app.GetConnectionStringAsync("ordersdb");
        using var world = await FuzzWorld.CreateAsync(app, cancellationToken);
        var before = await Books.ReadAsync(paymentsDb, ordersDb, await world.LedgerAsync(cancellationToken), []);
        before = before with
        {
            Orders = [.. before.Orders.Where(order => world.Orders.All(own => own.Id != order.Id))],
            Stripe = [.. before.Stripe.Where(intent => world.Orders.All(own => own.Id != intent.OrderId))],
        };
        var logged = world.UnhandledExceptions().Count;
        FuzzGenerator generator = new(world, options.Seed);
        using FuzzClient client = new(world);
        ConcurrentDictionary<int, int> statuses = [];
        ConcurrentDictionary<string, int> successes = new(world.Calls.Select(call => KeyValuePair.Create(call.Name, 0)));
        ConcurrentDictionary<(string Call, string Kind), (FuzzRequest Request, int Number, string Fault)> faults = [];
        var done = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, options.Requests),
            new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                var request = generator.Make(number);
                var (status, fault) = await client.SendAsync(request, token);
                statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
                if (status is > 0 and < 300) successes.AddOrUpdate(request.Call, 1, (_, count) => count + 1);
                if (fault is not null) faults.TryAdd((request.Call, KindOf(fault)), (request, number, fault));
                if (Interlocked.Increment(ref done) % 1_000 == 0) log?.Invoke($"{done} requests, {faults.Count} kinds of faults");
            });

        List<FuzzFault> shown = [];
        foreach (var ((call, kind), (request, number, fault)) in faults.OrderBy(entry => entry.Value.Number).Take(MaxFaultsShown))
        {
            var smallest = await FuzzShrinker.ShrinkAsync(request, async candidate =>
                (await client.SendAsync(candidate, cancellationToken)).Fault is { } again && KindOf(again) == kind);
            shown.Add(new FuzzFault(call, number, fault, smallest.ToCurl(SecretsOf(world))));
        }
        await world.DeleteWebhookEndpointsAsync();
        var violations = await ViolationsAtRestAsync(world, paymentsDb, ordersDb, before, cancellationToken);
        return new FuzzReport(options, statuses, successes, shown, [.. world.UnhandledExceptions().Skip(logged)], violations);
    }

    static string KindOf(string fault) => fault.Split(':')[0];

    static Dictionary<string, string> SecretsOf(FuzzWorld world) => new[]
    {
        (world.OperatorKey, "OPERATOR_KEY"), (world.MerchantKey, "MERCHANT_KEY"), (world.ServiceKey, "SERVICE_KEY"),
    }.Concat(world.Orders.Select((order, i) => (order.Secret, $"SECRET_{i}"))).ToDictionary(secret => secret.Item1, secret => secret.Item2);

    /// <summary>Events and webhooks arrive after the answers, so the books are read until they agree.</summary>
    static async Task<IReadOnlyList<string>> ViolationsAtRestAsync(
        FuzzWorld world, string paymentsDb, string ordersDb, Books before, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(RestTimeout);
        using PeriodicTimer timer = new(PollInterval);
        while (true)
        {
            var books = (await Books.ReadAsync(paymentsDb, ordersDb, await world.LedgerAsync(cancellationToken), [])).Since(before);
            List<string> violations = [.. Invariants.OfMoney(books)];
            if (violations.Count == 0) return violations;
            try
            {
                await timer.WaitForNextTickAsync(timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return violations;
            }
        }
    }
}
