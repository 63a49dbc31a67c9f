using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Section <c>Checkout</c>.</summary>
public sealed record CheckoutOptions
{
    /// <summary>Web's address as customers see it. Without it merchants' orders have no <c>checkoutUrl</c>.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>How long a checkout link still shows its order after that was paid or canceled.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan LinkKeep { get; init; } = TimeSpan.FromDays(30);
}
