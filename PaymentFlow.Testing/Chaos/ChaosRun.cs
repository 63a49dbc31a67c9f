using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace PaymentFlow.Testing.Chaos;

/// <summary>Runs customers and faults, waits until everything is at rest, and compares the books.</summary>
public static class ChaosRun
{
    static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // Counted from a customer's arrival. A page that shows a settled order is then closed, so that open pages do not pile up and reconnect
    // all at once when a replica is killed. A stale page stays open, because the invariants check it.
    static readonly TimeSpan MaxPageLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Runs in its own world.</summary>
    public static async Task<ChaosReport> RunAsync(ChaosOptions options, CancellationToken cancellationToken = default)
    {
        await using ChaosWorld world = new();
        options.Log("starting");
        await world.StartAsync();
        return await RunAsync(world, options, cancellationToken);
    }

    /// <summary>
    /// Runs in a world that has already started. The world may have earlier and later runs. The books of all runs are compared. The counts
    /// cover only this run.
    /// </summary>
    public static async Task<ChaosReport> RunAsync(ChaosWorld world, ChaosOptions options, CancellationToken cancellationToken = default)
    {
        var before = await Books.ReadAsync(world, []);
        ConcurrentQueue<Shopper> shoppers = new();
        Faults faults = new(world, options, () => [.. shoppers]);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(options.Duration);
        options.Log("customers and faults");
        var making = options.Script is { } script ? script.RunAsync(world, over.Token) : faults.MakeAsync(over.Token);
        try
        {
            var shopping = await LetComeAsync(world, options, shoppers, over.Token, impatient.Token);
            await making;
            var ended = Stopwatch.GetTimestamp();
            options.Log($"the faults are over; {shopping.Count(task => !task.IsCompleted)} customers are still busy");

            impatient.CancelAfter(options.Patience);
            List<string> notQuiet = [];
            await AllDoneAsync(shopping, shoppers, options, ended, cancellationToken);
            foreach (var shopper in shoppers) shopper.LookAgain();
            if (shoppers.Count(shopper => !shopper.Done) is > 0 and var undone) notQuiet.Add($"{undone} customers got no final answer");
            var (books, left, since) = await RestAsync(world, shoppers, options, ended, cancellationToken);
            notQuiet.AddRange(left);
            var rest = Stopwatch.GetElapsedTime(ended, since);
            return new ChaosReport(
                options, options.Script is { } played ? new Dictionary<string, int> { [played.Name] = 1 } : faults.Made, books,
                Count(shoppers, books.Since(before)), LongestWait(shoppers, ended), rest, notQuiet,
                [.. Invariants.Violations(books)], [.. shoppers.SelectMany(shopper => shopper.Surprises)]);
        }
        finally
        {
            // A failed run must stop its faults, because other tests use the world.
            await over.CancelAsync();
            await impatient.CancelAsync();
            await Task.WhenAny(making);
            await Task.WhenAll(shoppers.Select(shopper => shopper.DisposeAsync().AsTask()));
        }
    }

    static async Task<List<Task>> LetComeAsync(
        ChaosWorld world, ChaosOptions options, ConcurrentQueue<Shopper> shoppers, CancellationToken until, CancellationToken impatient)
    {
        List<Task> shopping = [];
        List<Task> leaving = [];
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1 / options.Rate));
        try
        {
            while (await timer.WaitForNextTickAsync(until))
            {
                Shopper shopper = new(world, shopping.Count, options.Seed);
                shoppers.Enqueue(shopper);
                shopping.Add(Task.Run(() => shopper.ShopAsync(impatient), CancellationToken.None));
                if (shopping.Count % (int)Math.Ceiling(options.Rate) != 0) continue;
                var stayed = shoppers.Take(shopping.Count - (int)(MaxPageLifetime.TotalSeconds * options.Rate));
                leaving.AddRange(stayed
                    .Where(seen => seen is { Done: true, Left: false, SeesTheEnd: true }).Select(seen => seen.LeaveAsync()));
            }
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
        }
        await Task.WhenAll(leaving);
        return shopping;
    }

    static async Task AllDoneAsync(
        List<Task> shopping, ConcurrentQueue<Shopper> shoppers, ChaosOptions options, long since, CancellationToken cancellationToken)
    {
        // The wait ends with patience at the latest, because all customers are then canceled.
        var all = Task.WhenAll(shopping);
        while (await Task.WhenAny(all, Task.Delay(PollInterval * 5, cancellationToken)) != all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var busy = shoppers.Where(shopper => !shopper.Done).GroupBy(shopper => $"{shopper.Intention} {shopper.Doing}")
                .OrderByDescending(group => group.Count()).Take(4).Select(group => $"{group.Count()} {group.Key}");
            options.Log($"  {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s: {string.Join(", ", busy)}");
        }
        // Throws the exception of a customer that failed for another reason.
        foreach (var failed in shopping.Where(task => task.IsFaulted)) await failed;
    }

    /// <summary>Waits until nothing is in progress and every screen stays live and up to date, or until patience ends.</summary>
    /// <returns>The final books, everything that was not at rest, and the time since which everything was.</returns>
    static async Task<(Books Books, IReadOnlyList<string> Left, long Since)> RestAsync(
        ChaosWorld world, IEnumerable<Shopper> shoppers, ChaosOptions options, long ended, CancellationToken cancellationToken)
    {
        long? since = null;
        while (true)
        {
            try
            {
                var books = await Books.ReadAsync(world, shoppers);
                var now = Stopwatch.GetTimestamp();
                IReadOnlyList<string> left =
                [
                    .. Invariants.NothingIsLeftBehind(books), .. Invariants.RefundedAsStripeSays(books),
                    .. Invariants.ScreensShowTheTruth(books), .. Invariants.WebhooksArrive(books),
                ];
                since = left.Count > 0 ? null : since ?? now;
                if (since is { } quiet && Stopwatch.GetElapsedTime(quiet, now) > world.Times.SettleTime) return (books, left, quiet);
                if (left.Count > 0 && Stopwatch.GetElapsedTime(ended, now) > options.Patience) return (books, left, now);
                if (left.Count > 0) options.Log($"  {left.Count} not at rest: {left[0]}");
            }
            catch (Exception e) when (e is NpgsqlException or HttpRequestException && Stopwatch.GetElapsedTime(ended) < options.Patience)
            {
                since = null;
                options.Log($"  not at rest: {e.Message}");
            }
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>The time from the end of the faults to the last frame with a new version.</summary>
    static TimeSpan LongestWait(IEnumerable<Shopper> shoppers, long ended)
    {
        var last = ended;
        // A customer who abandoned 3-D Secure waits for nothing. That order is canceled when it expires.
        var waiting = shoppers.Where(shopper => shopper.Intention != Intention.Abandon3DSecure);
        foreach (var frames in waiting.Select(shopper => shopper.Screen?.Frames ?? []))
        {
            for (var i = 1; i < frames.Count; i++)
                if (frames[i].Version > frames[i - 1].Version) last = Math.Max(last, frames[i].At);
        }
        return Stopwatch.GetElapsedTime(ended, last);
    }

    /// <summary>
    /// The number of customers who could not pay before their orders expired. This is a lost sale and no violation, because orders expire
    /// after seconds here and after half an hour in production.
    /// </summary>
    static int Unserved(IEnumerable<Shopper> shoppers, Books books)
    {
        var charged = books.Stripe.Where(intent => intent.Charged.Count > 0).Select(intent => intent.OrderId).ToHashSet();
        return shoppers.Count(shopper => shopper.MeansToPay && !charged.Contains(shopper.OrderId));
    }

    static Dictionary<string, long> Count(ConcurrentQueue<Shopper> shoppers, Books books) => new()
    {
        ["customers"] = shoppers.Count,
        ["of them meant to pay, and could not"] = Unserved(shoppers, books),
        ["orders"] = books.Orders.Count,
        ["payments"] = books.Payments.Count,
        ["charges"] = books.Stripe.Sum(intent => intent.Charged.Count),
        ["orders charged"] = books.Stripe.Where(intent => intent.Charged.Count > 0).Select(intent => intent.OrderId).Distinct().Count(),
        ["orders paid"] = books.Orders.Count(order => order.Status is "paid" or "partially_refunded" or "refunded"),
        ["orders refunded, wholly or in part"] = books.Orders.Count(order => order.Refunded > 0),
        ["orders canceled"] = books.Orders.Count(order => order.Status == "canceled"),
        ["declines"] = shoppers.Sum(shopper => shopper.Declines),
        ["3-D Secure"] = shoppers.Count(shopper =>
            shopper.Intention is Intention.Pay3DSecure or Intention.Fail3DSecure or Intention.Abandon3DSecure),
        ["requests of customers"] = shoppers.Sum(shopper => shopper.Requests),
        ["of them without an answer, or with a 5xx"] = shoppers.Sum(shopper => shopper.Failures),
        ["of them with 503 and Retry-After"] = shoppers.Sum(shopper => shopper.PutOff),
        ["sockets opened"] = shoppers.Sum(shopper => shopper.Screen?.Connections ?? 0),
        ["webhooks"] = books.Webhooks.Count,
        ["of them repeated"] = books.Webhooks.Count - books.Webhooks.Distinct().Count(),
        ["frames"] = shoppers.Sum(shopper => shopper.Screen?.Frames.Count ?? 0),
    };
}
