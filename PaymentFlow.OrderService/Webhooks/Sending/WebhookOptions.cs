using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>Section <c>Webhooks</c>.</summary>
public sealed record WebhookOptions
{
    /// <summary>The most endpoints. With <see cref="PerEndpoint"/> it keeps hanging endpoints from using up <see cref="AtOnce"/>.</summary>
    public const int MaxEndpoints = 16;

    static readonly TimeSpan[] DefaultRetries =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The keys that encrypt the endpoints' secrets. The first one encrypts, each of them decrypts.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Whether endpoints may have private addresses and plain HTTP. By default only in Development.</summary>
    public bool? AllowPrivateAddresses { get; init; }

    /// <summary>An endpoint that has not answered after this time has failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The waits before the second and the further tries. Null for the default, because the configuration binder would append to a list.
    /// </summary>
    public IReadOnlyList<TimeSpan>? Retries { get; init; }

    /// <summary>An endpoint that has failed for this long without one success is disabled.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan DisableAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>For how long the previous secret signs after a rotation.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan KeepPreviousSecret { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most tries at once of a replica.</summary>
    [Range(1, 1_000)]
    public int AtOnce { get; init; } = 4 * MaxEndpoints;

    /// <summary>The most tries at once of a replica to one endpoint.</summary>
    [Range(1, 100)]
    public int PerEndpoint { get; init; } = 4;

    /// <summary>How often a replica looks for deliveries that are due. New events do not wait for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How old an event is when the sweep looks whether it has become a delivery.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepAfter { get; init; } = TimeSpan.FromSeconds(30);

    public IReadOnlyList<TimeSpan> Waits => Retries ?? DefaultRetries;

    /// <summary>How long a replica keeps a delivery to itself. Longer than a try and the storing of its outcome take.</summary>
    public TimeSpan Claim => (2 * Timeout) + TimeSpan.FromSeconds(1);
}
