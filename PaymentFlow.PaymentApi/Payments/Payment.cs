using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>A row of <c>payments</c>. Amounts are in the currency's minor unit, times in UTC.</summary>
public sealed record Payment
{
    public required Guid Id { get; init; }
    public required Guid OrderId { get; init; }
    public string? Reference { get; init; }
    public required long Amount { get; init; }
    public long AmountRefunded { get; init; }
    public required string Currency { get; init; }
    public required string Status { get; init; }
    public required long Version { get; init; }
    public string? PaymentIntentId { get; init; }
    public Guid? AttemptId { get; init; }

    /// <summary>The number of attempts made, which is also the number of the newest attempt.</summary>
    public int Attempts { get; init; }

    /// <summary>The number of attempts that Stripe never judged, through no fault of the customer.</summary>
    public int AttemptsNotSent { get; init; }

    /// <summary>When the payment last changed, UTC. While <see cref="InFlight"/>, when the attempt was claimed.</summary>
    public DateTime UpdatedAt { get; init; }

    /// <summary>Until then an unconfirmed payment is not given up, because its order is open; null if it may be.</summary>
    public DateTime? OpenUntil { get; init; }

    /// <summary>Maximum number of confirmations per order. Limits card testing (trying stolen cards on one order).</summary>
    public const int MaxAttempts = 10;

    /// <summary>Whether Stripe may be processing a confirmation. No other may start until its outcome is known.</summary>
    public bool InFlight => Status == PaymentStatuses.Processing && AttemptId is not null;

    public bool AttemptsUsedUp => Attempts - AttemptsNotSent >= MaxAttempts;

    public bool Paid => Status is PaymentStatuses.Succeeded or PaymentStatuses.PartiallyRefunded or PaymentStatuses.Refunded;

    public PaymentReference ToReference() => new(Id, OrderId, Reference);

    /// <summary>The columns of the table that <see cref="Read"/> expects.</summary>
    internal const string Columns =
        "id, order_id, reference, amount, amount_refunded, currency, status, version, payment_intent_id, attempt_id, attempts, "
        + "attempts_not_sent, updated_at, open_until";

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    internal static Payment Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        OrderId = row.GetGuid(1),
        Reference = row.Text(2),
        Amount = row.GetInt64(3),
        AmountRefunded = row.GetInt64(4),
        Currency = row.GetString(5),
        Status = row.GetString(6),
        Version = row.GetInt64(7),
        PaymentIntentId = row.Text(8),
        AttemptId = row.Value<Guid>(9),
        Attempts = row.GetInt32(10),
        AttemptsNotSent = row.GetInt32(11),
        UpdatedAt = row.GetDateTime(12),
        OpenUntil = row.Value<DateTime>(13),
    };
}
