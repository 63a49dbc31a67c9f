using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>Customers come at a steady rate, faults are made, both end, all comes to rest, and the books are compared.</summary>
public static class ChaosRun
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // From a customer's coming, if the screen shows what they came for; a stale one stays, to be judged. Nobody keeps a page open for ever, and pages that pile up would make of
    // every killed replica a storm that no run of ten minutes has room for.
    static readonly TimeSpan Stay = TimeSpan.FromSeconds(60);

    /// <summary>In a world of its own.</summary>
    public static async Task<ChaosReport> RunAsync(ChaosOptions options, CancellationToken cancellationToken = default)
    {
        await using ChaosWorld world = new();
        options.Log("starting");
        await world.StartAsync();
        return await RunAsync(world, options, cancellationToken);
    }

    /// <summary>
    /// In a world that has started, may have had runs before, and may have others afterwards. The books of all of them are compared;
    /// what is counted is this run's.
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
            // A run that failed must not go on making faults in a world that others use.
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
                var stayed = shoppers.Take(shopping.Count - (int)(Stay.TotalSeconds * options.Rate));
                leaving.AddRange(stayed.Where(seen => seen is { Done: true, Left: false, SeesTheEnd: true }).Select(seen => seen.LeaveAsync()));
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
        // Nobody waits for longer than patience lasts: then they are all canceled.
        var all = Task.WhenAll(shopping);
        while (await Task.WhenAny(all, Task.Delay(Look * 5, cancellationToken)) != all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var busy = shoppers.Where(shopper => !shopper.Done).GroupBy(shopper => $"{shopper.Intention} {shopper.Doing}")
                .OrderByDescending(group => group.Count()).Take(4).Select(group => $"{group.Count()} {group.Key}");
            options.Log($"  {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s: {string.Join(", ", busy)}");
        }
        // One that failed for a reason of its own is not passed over.
        foreach (var failed in shopping.Where(task => task.IsFaulted)) await failed;
    }

    /// <summary>Until nothing is under way and every screen is live and up to date, and stays so; or until patience ends.</summary>
    /// <returns>The books at last, what was not at rest then, and since when all was.</returns>
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
                    [.. Invariants.NothingIsLeftBehind(books), .. Invariants.RefundedAsStripeSays(books), .. Invariants.ScreensShowTheTruth(books)];
                since = left.Count > 0 ? null : since ?? now;
                if (since is { } quiet && Stopwatch.GetElapsedTime(quiet, now) > world.Times.Proof) return (books, left, quiet);
                if (left.Count > 0 && Stopwatch.GetElapsedTime(ended, now) > options.Patience) return (books, left, now);
                if (left.Count > 0) options.Log($"  {left.Count} not at rest: {left[0]}");
            }
            catch (Exception e) when (e is NpgsqlException or HttpRequestException && Stopwatch.GetElapsedTime(ended) < options.Patience)
            {
                since = null;
                options.Log($"  not at rest: {e.Message}");
            }
            await Task.Delay(Look, cancellationToken);
        }
    }

    /// <summary>The last frame that changed something for a customer, as seen from the end of the faults.</summary>
    static TimeSpan LongestWait(IEnumerable<Shopper> shoppers, long ended)
    {
        var last = ended;
        // Who closed the bank's page waits for nothing: that order is canceled when its time is over.
        var waiting = shoppers.Where(shopper => shopper.Intention != Intention.Abandon3DSecure);
        foreach (var frames in waiting.Select(shopper => shopper.Screen?.Frames ?? []))
        {
            for (var i = 1; i < frames.Count; i++)
                if (frames[i].Version > frames[i - 1].Version) last = Math.Max(last, frames[i].At);
        }
        return Stopwatch.GetElapsedTime(ended, last);
    }

    /// <summary>
    /// No wrong, but a sale that was lost: who could not pay for as long as an order is kept for, which is seconds here and half an
    /// hour in production.
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
        ["3-D Secure"] = shoppers.Count(shopper => shopper.Intention is Intention.Pay3DSecure or Intention.Fail3DSecure or Intention.Abandon3DSecure),
        ["requests of customers"] = shoppers.Sum(shopper => shopper.Requests),
        ["of them without an answer, or with a 5xx"] = shoppers.Sum(shopper => shopper.Failures),
        ["of them with 503 and Retry-After"] = shoppers.Sum(shopper => shopper.PutOff),
        ["sockets opened"] = shoppers.Sum(shopper => shopper.Screen?.Connections ?? 0),
        ["frames"] = shoppers.Sum(shopper => shopper.Screen?.Frames.Count ?? 0),
    };
}
