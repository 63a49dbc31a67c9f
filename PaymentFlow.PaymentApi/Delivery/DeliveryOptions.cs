using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.PaymentApi.Delivery;

/// <summary>Section <c>Delivery</c>.</summary>
public sealed record DeliveryOptions
{
    /// <summary>How long after its publishing an event is asked about; the wait doubles with every time it is published again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan CheckAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait between two questions about an event.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often it is looked whether there is anything to ask about.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>No more than that many events are published again in a second, by all replicas together.</summary>
    [Range(1, 10_000)]
    public int MaxPerSecond { get; init; } = 200;
}
