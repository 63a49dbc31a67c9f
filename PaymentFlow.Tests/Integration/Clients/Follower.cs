using System.Collections.Concurrent;
using PaymentFlow.Client;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Clients;

/// <summary>One of our client libraries, following an order.</summary>
/// <param name="name">Of the client, for messages.</param>
abstract class Follower(string name) : IAsyncDisposable
{
    readonly ConcurrentQueue<OrderUpdate> _updates = [];
    readonly ConcurrentQueue<string> _states = [];

    public string Name => name;

    public IReadOnlyList<OrderUpdate> Updates => [.. _updates];

    public IReadOnlyList<string> States => [.. _states];

    /// <summary>The status and code with which the service refused; null if it did not.</summary>
    public (int Status, string? Code)? Refusal { get; protected set; }

    /// <summary>Whether the loop has ended, with or without a refusal.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>Waits until the client has got a state with this status.</summary>
    public Task UntilAsync(string status) => UntilAsync(status, () => _updates.Any(update => update.Status == status));

    /// <summary>Waits until the client has lost its connection.</summary>
    public Task LostAsync() => UntilAsync("lost", () => _states.Contains("waiting"));

    public Task EndedAsync() => UntilAsync("ended", () => HasEnded);

    async Task UntilAsync(string what, Func<bool> condition)
    {
        try
        {
            await Eventually.TrueAsync(condition);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"{name} is not {what}. It saw {string.Join(", ", _updates)} and was {string.Join(", ", _states)}.");
        }
    }

    public void AssertVersionsIncrease()
    {
        var versions = Updates.Select(update => update.Version).ToList();
        Assert.Equal(versions.Distinct().Order(), versions);
    }

    public abstract ValueTask DisposeAsync();

    protected void Got(OrderUpdate update) => _updates.Enqueue(update);

    protected void Is(string state) => _states.Enqueue(state);

    /// <summary>All clients, by WebSocket and by event stream.</summary>
    public static IReadOnlyList<Follower> AllOf(
        Uri service, Customer customer, string? secret = null, string? language = null, bool untilFinal = false) =>
    [
        .. WithWebSockets(service, customer, secret, language, untilFinal),
        new NodeFollower(service, customer.OrderId, secret ?? customer.Secret, language, untilFinal, withWebSocket: false),
        new DotNetFollower(service, customer.OrderId, secret ?? customer.Secret, language, untilFinal, withWebSocket: false),
    ];

    public static IReadOnlyList<Follower> WithWebSockets(
        Uri service, Customer customer, string? secret = null, string? language = null, bool untilFinal = false) =>
    [
        new NodeFollower(service, customer.OrderId, secret ?? customer.Secret, language, untilFinal, withWebSocket: true),
        new DotNetFollower(service, customer.OrderId, secret ?? customer.Secret, language, untilFinal, withWebSocket: true),
    ];
}
