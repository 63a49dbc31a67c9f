namespace PaymentFlow.PaymentApi.Delivery;

/// <summary>What OrderService's answer says of published events. Every one that was asked about is in exactly one list.</summary>
/// <param name="Applied">Applied, or superseded by a newer version that is.</param>
/// <param name="Lost">To be published again: of each order the newest only, as that carries the full state. Oldest first.</param>
/// <param name="Superseded">Not applied either, but a newer event of the same order is among the lost ones.</param>
/// <param name="DeadLettered">In OrderService's dead letters: an operator's to replay, not ours.</param>
/// <param name="Unknown">Of orders that OrderService does not know.</param>
public sealed record Arrivals(
    IReadOnlyList<PublishedEvent> Applied,
    IReadOnlyList<PublishedEvent> Lost,
    IReadOnlyList<PublishedEvent> Superseded,
    IReadOnlyList<PublishedEvent> DeadLettered,
    IReadOnlyList<PublishedEvent> Unknown)
{
    public static Arrivals Of(IEnumerable<PublishedEvent> published, IReadOnlyDictionary<Guid, OrderVersions> orders)
    {
        List<PublishedEvent> applied = [], lost = [], superseded = [], deadLettered = [], unknown = [];
        foreach (var order in published.GroupBy(item => item.OrderId))
        {
            if (!orders.TryGetValue(order.Key, out var versions))
            {
                unknown.AddRange(order);
                continue;
            }
            var newestIsFound = false;
            foreach (var item in order.OrderByDescending(item => item.PaymentVersion))
            {
                if (item.PaymentVersion <= versions.PaymentVersion) applied.Add(item);
                else if (versions.DeadLetteredPaymentVersions?.Contains(item.PaymentVersion) == true) deadLettered.Add(item);
                else if (newestIsFound) superseded.Add(item);
                else
                {
                    newestIsFound = true;
                    lost.Add(item);
                }
            }
        }
        lost.Sort(static (a, b) => a.Entry.Id.CompareTo(b.Entry.Id));
        return new Arrivals(applied, lost, superseded, deadLettered, unknown);
    }
}
