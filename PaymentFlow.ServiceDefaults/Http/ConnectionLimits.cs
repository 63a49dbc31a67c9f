using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>How many connections one process keeps open at once.</summary>
public sealed class ConnectionLimitOptions
{
    /// <summary>All together.</summary>
    [Range(1, int.MaxValue)]
    public int Max { get; init; } = 20_000;

    /// <summary>Those of one client (<see cref="ClientAddress"/>).</summary>
    [Range(1, int.MaxValue)]
    public int MaxPerAddress { get; init; } = 200;

    /// <summary>Those that show one order.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPerOrder { get; init; } = 25;
}

/// <summary>The limit that a new connection would exceed.</summary>
public enum ConnectionLimit
{
    Total,
    Address,

    /// <summary>An IPv6 /48, which may have as many times more than one address as in <see cref="AddressLimit"/>.</summary>
    Network,
    Order,
}

/// <summary>
/// Counts the open connections of this process: in total, per client, per IPv6 network and per order. It refuses those above a limit, so
/// that nobody can use up the memory of the process. Safe on any thread. Has no timer, unlike the framework's limiters, and nothing to
/// clean up: what is closed is forgotten.
/// </summary>
public sealed class ConnectionLimits
{
    const int RetryAfterSeconds = 10;

    readonly Lock _lock = new();
    readonly Dictionary<string, int> _clients = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _networks = new(StringComparer.Ordinal);
    readonly Dictionary<Guid, int> _orders = [];
    readonly ConnectionLimitOptions _options;
    readonly long _maxPerNetwork;
    readonly string _kind;
    readonly Counter<long> _refused;
    int _total;

    /// <param name="options">The limits.</param>
    /// <param name="networkFactor">How many times the limit of one address an IPv6 network has.</param>
    /// <param name="kind">What a connection is, for the metric: <c>socket</c>, <c>circuit</c> or <c>page</c>.</param>
    /// <param name="meters">Makes the meter of the counter.</param>
    public ConnectionLimits(ConnectionLimitOptions options, long networkFactor, string kind, IMeterFactory meters)
    {
        (_options, _maxPerNetwork, _kind) = (options, networkFactor * options.MaxPerAddress, kind);
        _refused = meters.Create(ServiceDefaultsExtensions.TelemetryName).CreateCounter<long>(
            "paymentflow.connections.refused", "{connection}", "Connections refused, by kind and by the limit that was reached");
    }

    /// <summary>The connections that are open.</summary>
    public int Open
    {
        get
        {
            lock (_lock) return _total;
        }
    }

    /// <summary>Counts a connection until <paramref name="connection"/> is disposed of.</summary>
    /// <param name="client">The result of <see cref="ClientAddress"/>; null if it is not to be limited.</param>
    /// <param name="order">The order that the connection shows; null if there is none.</param>
    /// <param name="connection">Null if a limit is reached.</param>
    /// <returns>The limit that is reached; null if the connection may be opened.</returns>
    public ConnectionLimit? TryOpen(string? client, Guid? order, out IDisposable? connection)
    {
        var network = client is null ? null : ClientAddress.NetworkOf(client);
        lock (_lock)
        {
            if (Reached(client, network, order) is { } reached)
            {
                _refused.Add(1, new("kind", _kind), new("limit", NameOf(reached)));
                connection = null;
                return reached;
            }
            _total++;
            if (client is not null) Increment(_clients, client);
            if (network is not null) Increment(_networks, network);
            if (order is { } id) Increment(_orders, id);
        }
        connection = new Connection(this, client, network, order);
        return null;
    }

    /// <summary>
    /// The answer to a connection that was refused, with <c>Retry-After</c>: 503 <c>unavailable</c> if the process is full, else 429
    /// <c>too_many_connections</c>.
    /// </summary>
    public static ProblemHttpResult Refusal(HttpContext context, ConnectionLimit limit)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return limit == ConnectionLimit.Total
            ? ApiProblem.Create(ProblemCodes.Unavailable, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
                "This instance has as many open connections as it allows.")
            : ApiProblem.Create(ProblemCodes.TooManyConnections, StatusCodes.Status429TooManyRequests, "Too many connections",
                limit == ConnectionLimit.Order
                    ? "This order has as many open connections as it allows."
                    : "Your address has as many open connections as it is allowed.");
    }

    ConnectionLimit? Reached(string? client, string? network, Guid? order) =>
        order is { } id && _orders.GetValueOrDefault(id) >= _options.MaxPerOrder ? ConnectionLimit.Order
        : client is not null && _clients.GetValueOrDefault(client) >= _options.MaxPerAddress ? ConnectionLimit.Address
        : network is not null && _networks.GetValueOrDefault(network) >= _maxPerNetwork ? ConnectionLimit.Network
        : _total >= _options.Max ? ConnectionLimit.Total
        : null;

    void Close(string? client, string? network, Guid? order)
    {
        lock (_lock)
        {
            _total--;
            if (client is not null) Decrement(_clients, client);
            if (network is not null) Decrement(_networks, network);
            if (order is { } id) Decrement(_orders, id);
        }
    }

    static void Increment<TKey>(Dictionary<TKey, int> counts, TKey key) where TKey : notnull =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;

    static void Decrement<TKey>(Dictionary<TKey, int> counts, TKey key) where TKey : notnull
    {
        if (--CollectionsMarshal.GetValueRefOrNullRef(counts, key) == 0) counts.Remove(key);
    }

    static string NameOf(ConnectionLimit limit) => limit switch
    {
        ConnectionLimit.Total => "total",
        ConnectionLimit.Address => "address",
        ConnectionLimit.Network => "network",
        _ => "order",
    };

    sealed class Connection(ConnectionLimits limits, string? client, string? network, Guid? order) : IDisposable
    {
        int _closed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _closed, 1) == 0) limits.Close(client, network, order);
        }
    }
}
