using System.Collections.Concurrent;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Testing.Chaos;

/// <summary>A drawn fault.</summary>
/// <param name="Kind">The kind by which the report counts it.</param>
/// <param name="Targets">The services to hit. Only faults of services use them.</param>
public sealed record Fault(
    string Kind, TimeSpan Pause, TimeSpan Lasts, IReadOnlyList<string> Targets, string? Call = null, int Count = 1);

/// <summary>
/// Draws faults and makes them. The schedule depends only on the seed, not on the run. Faults may overlap.
/// </summary>
public sealed class Faults(ChaosWorld world, ChaosOptions options, Func<IReadOnlyList<Shopper>> shoppers)
{
    static readonly string[] Services = ["payment-api", "order-service", ChaosWorld.Replica, "web"];
    static readonly string[] StripeCalls = ["confirm", "confirm", "create", "cancel", "refund", "retrieve", "list", "any"];
    static readonly string[] StripeFaults = ["error_before", "error_after", "hang_before", "hang_after", "rate_limit", "slow"];

    /// <summary>How often each kind is drawn, relative to the others.</summary>
    static readonly (string Kind, int Weight)[] Kinds =
    [
        ("kill one service", 12), ("kill several services", 4), ("pause a service", 8), ("terminate a service", 4),
        ("wipe the broker", 6), ("cut Kafka", 5), ("slow Kafka", 3), ("half-open Kafka", 3),
        ("kill Postgres", 4), ("cut Postgres", 4), ("slow Postgres", 2), ("half-open Postgres", 2),
        ("cut Stripe", 4), ("slow Stripe", 3), ("half-open Stripe", 2), ("Stripe fails", 14),
        ("drop sockets", 8), ("webhooks astray", 5),
        (RefundsFail, 0),
    ];

    // A rare case of "Stripe fails". It is drawn only in runs that request it by name.
    const string RefundsFail = "refunds fail after the deed";

    readonly ConcurrentDictionary<string, int> _made = new();
    readonly ConcurrentDictionary<TcpProxy, int> _busy = new();

    public static IEnumerable<string> AllKinds => Kinds.Select(kind => kind.Kind);

    /// <summary>How many of each kind were made.</summary>
    public IReadOnlyDictionary<string, int> Made => _made;

    public static IEnumerable<Fault> Draw(int seed, IReadOnlySet<string>? only)
    {
        Random random = new(seed);
        var kinds = only is null ? Kinds
            : [.. Kinds.Where(kind => only.Contains(kind.Kind)).Select(kind => (kind.Kind, Weight: Math.Max(1, kind.Weight)))];
        while (true)
        {
            var at = random.Next(kinds.Sum(kind => kind.Weight));
            var kind = kinds.First(candidate => (at -= candidate.Weight) < 0).Kind;
            var targets = (string[])Services.Clone();
            random.Shuffle(targets);
            yield return new Fault(
                kind,
                Pause: TimeSpan.FromMilliseconds(random.Next(500, 6500)),
                Lasts: TimeSpan.FromMilliseconds(random.Next(500, 6000)),
                targets[..(kind == "kill several services" ? random.Next(2, 4) : 1)],
                Call: kind switch
                {
                    "Stripe fails" => $"{StripeCalls[random.Next(StripeCalls.Length)]}/{StripeFaults[random.Next(StripeFaults.Length)]}",
                    RefundsFail => "refund/error_after",
                    _ => null,
                },
                Count: random.Next(1, 6));
        }
    }

    /// <summary>Makes faults until it is canceled. All faults have ended when the task completes.</summary>
    public async Task MakeAsync(CancellationToken until)
    {
        List<Task> going = [];
        try
        {
            foreach (var fault in Draw(options.Seed, options.Faults))
            {
                await Task.Delay(fault.Pause, until);
                going.Add(MakeAsync(fault));
                going.RemoveAll(task => task.IsCompletedSuccessfully);
            }
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
        }
        await Task.WhenAll(going);
        await world.SandboxAsync(HttpMethod.Delete, "/_sandbox/faults");
        await world.SandboxAsync(
            HttpMethod.Put, "/_sandbox/webhooks",
            new { duplicate = 0.0, reorder = 0.0, drop = 0.0, maxDelaySeconds = 0, seed = 0 });
    }

    async Task MakeAsync(Fault fault)
    {
        var kind = fault.Call is { } call ? $"Stripe {call.Split('/')[1].Replace('_', ' ')}" : fault.Kind;
        // An earlier fault has ended all targets, so this fault would have no effect and is not counted.
        if (IsOfProcess(fault) && fault.Targets.All(target => world.ProcessIdOf(target) is null)) return;
        var details = fault.Call is null && IsOfProcess(fault) ? $": {string.Join(", ", fault.Targets)}"
            : fault.Call is null ? "" : $" ({fault.Call.Split('/')[0]} ×{fault.Count})";
        options.Log($"  {kind}{details}");
        _made.AddOrUpdate(kind, 1, (_, count) => count + 1);
        switch (fault.Kind)
        {
            case "kill one service" or "kill several services":
                foreach (var target in fault.Targets) world.Signal(target, ProcessSignal.Kill);
                break;
            case "terminate a service":
                world.Signal(fault.Targets[0], ProcessSignal.Terminate);
                break;
            case "pause a service":
                world.Signal(fault.Targets[0], ProcessSignal.Stop);
                await Task.Delay(fault.Lasts);
                world.Signal(fault.Targets[0], ProcessSignal.Continue);
                break;
            case "wipe the broker":
                world.Kafka.Wipe();
                break;
            case "kill Postgres":
                world.Signal("postgres", ProcessSignal.Kill);
                break;
            case "drop sockets":
                Random random = new(fault.Count);
                foreach (var shopper in shoppers()) if (random.Next(3) == 0) shopper.Screen?.Drop();
                break;
            case "Stripe fails" or RefundsFail:
                await world.SandboxAsync(HttpMethod.Post, "/_sandbox/faults", new
                {
                    call = fault.Call!.Split('/')[0],
                    fault = fault.Call.Split('/')[1],
                    count = fault.Count,
                    seconds = fault.Lasts.TotalSeconds,
                });
                break;
            case "webhooks astray":
                await world.SandboxAsync(
                    HttpMethod.Put, "/_sandbox/webhooks",
                    new { duplicate = 0.4, reorder = 0.5, drop = 0.2, maxDelaySeconds = 3, seed = fault.Count });
                await Task.Delay(fault.Lasts * 3);
                await world.SandboxAsync(
                    HttpMethod.Put, "/_sandbox/webhooks",
                    new { duplicate = 0.0, reorder = 0.0, drop = 0.0, maxDelaySeconds = 0, seed = 0 });
                break;
            default:
                await DisturbAsync(fault);
                break;
        }
    }

    async Task DisturbAsync(Fault fault)
    {
        var wire = fault.Kind.EndsWith("Kafka", StringComparison.Ordinal) ? world.Kafka.Wire
            : fault.Kind.EndsWith("Postgres", StringComparison.Ordinal) ? world.Postgres : world.Stripe;
        // If two faults overlap on one proxy, the later one sets its state. The proxy recovers when both have ended.
        _busy.AddOrUpdate(wire, 1, (_, count) => count + 1);
        wire.Network = fault.Kind.Split(' ')[0] switch { "cut" => Network.Cut, "slow" => Network.Slow, _ => Network.HalfOpen };
        await Task.Delay(fault.Lasts);
        if (_busy.AddOrUpdate(wire, 0, (_, count) => count - 1) == 0) wire.Network = Network.Up;
    }

    static bool IsOfProcess(Fault fault) =>
        fault.Kind.EndsWith("service", StringComparison.Ordinal) || fault.Kind.EndsWith("services", StringComparison.Ordinal);
}
