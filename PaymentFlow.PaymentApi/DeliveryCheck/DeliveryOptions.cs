using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>Section <c>Delivery</c>.</summary>
public sealed record DeliveryOptions
{
    /// <summary>The wait between the publication of an event and its first check. The wait doubles with each check.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan CheckAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait between two checks of an event.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the sweep looks for events to check.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of events that all replicas together publish again per second.</summary>
    [Range(1, 10_000)]
    public int MaxPerSecond { get; init; } = 200;
}
