using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Section <c>Orders</c>.</summary>
public sealed record OrderOptions
{
    /// <summary>An order that is still unpaid this long after its creation is canceled, unless a merchant gave it another time.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often a replica looks for such orders.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LookForExpiredEvery { get; init; } = TimeSpan.FromMinutes(1);
}
