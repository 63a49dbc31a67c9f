using System.Collections.Concurrent;
using System.Text.Json;

namespace Shop;

/// <summary>
/// Ships paid orders, whichever way their events come. Every event may come several times, so each is handled once, by its id.
/// </summary>
sealed partial class Fulfilment(Sales sales, ILogger<Fulfilment> logger)
{
    // A real shop stores the id in the transaction that stores the shipment, and deletes it after 30 days.
    readonly ConcurrentDictionary<string, bool> _handled = [];

    /// <param name="order">The order's full state, the same in a webhook's <c>data</c> and in the topic.</param>
    public void Handle(string eventId, string type, JsonElement order)
    {
        if (type != "order.paid") return;
        var reference = order.GetProperty("reference").GetString()!;
        if (_handled.TryAdd(eventId, true) && sales.TryShip(reference)) Log.Shipped(logger, reference);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Shipped {Reference}")]
        public static partial void Shipped(ILogger logger, string reference);
    }
}
