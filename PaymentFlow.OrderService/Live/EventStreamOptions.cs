using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.OrderService.Live;

/// <summary>Section <c>EventStreams</c>.</summary>
public sealed record EventStreamOptions
{
    /// <summary>The interval of the comments by which clients and proxies see that an idle stream is alive.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan KeepAliveEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a stream stays open; up to 20 % less by chance, so that streams do not end together. Its client connects again. A server
    /// cannot ping the reader of a stream, so this is what ends the stream of a client that vanished.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan EndAfter { get; init; } = TimeSpan.FromMinutes(5);
}
