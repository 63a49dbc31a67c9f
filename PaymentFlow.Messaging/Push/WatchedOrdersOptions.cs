using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.Messaging.Push;

/// <summary>Section <c>Screens</c>.</summary>
public sealed record WatchedOrdersOptions
{
    /// <summary>The interval between two comparisons of the screens with the orders.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);
}
