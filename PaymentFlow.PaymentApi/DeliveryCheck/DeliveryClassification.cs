using PaymentFlow.Contracts.DeliveryCheck;
namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>The checked events, sorted by OrderService's answer. Each event is in exactly one list.</summary>
/// <param name="Applied">Events that are applied, or older than a version that is applied.</param>
/// <param name="Lost">
/// Events to publish again, oldest first: only the newest event per order, because it carries the full state.
/// </param>
/// <param name="Superseded">Events that are not applied either, but are older than a lost event of the same order.</param>
/// <param name="DeadLettered">Events in OrderService's dead letters, which an operator replays.</param>
/// <param name="Unknown">Events of orders that OrderService does not know.</param>
public sealed record DeliveryClassification(
    IReadOnlyList<PublishedEvent> Applied,
    IReadOnlyList<PublishedEvent> Lost,
    IReadOnlyList<PublishedEvent> Superseded,
    IReadOnlyList<PublishedEvent> DeadLettered,
    IReadOnlyList<PublishedEvent> Unknown)
{
    public static DeliveryClassification Of(IEnumerable<PublishedEvent> published, IReadOnlyDictionary<Guid, OrderVersions> orders)
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
        return new DeliveryClassification(applied, lost, superseded, deadLettered, unknown);
    }
}
