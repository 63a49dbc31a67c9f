using Npgsql;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.PersonalData;

/// <summary>The stored data that may tell something about a payment's customer. docs/personal-data.md says why.</summary>
/// <param name="Reference">The merchant's own order number. It stays, because the books refer to it.</param>
/// <param name="Description">What the order is for; null if it has no description or it was erased.</param>
/// <param name="PaymentIntent">Stripe's id, by which Stripe finds what it knows about the customer.</param>
public sealed record PaymentPersonalData(
    Guid PaymentId, Guid OrderId, string? Reference, string? Description, string? PaymentIntent,
    IReadOnlyList<AttemptPersonalData> Attempts);

/// <param name="PaymentMethod">Stripe's id.</param>
/// <param name="MethodBrand">The card's brand, or the type of another method; null if Stripe has not reported it.</param>
/// <param name="MethodLast4">The last four digits of the card or account; null if Stripe has not reported them.</param>
/// <param name="ReturnUrl">The shop's page for the return from the bank; null if there is none or it was erased.</param>
public sealed record AttemptPersonalData(
    int Number, string PaymentMethod, string? MethodBrand, string? MethodLast4, string? ReturnUrl, DateTime StartedAt);

sealed class PersonalDataStore(NpgsqlDataSource dataSource)
{
    public async Task<IReadOnlyList<AttemptPersonalData>> AttemptsAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT number, payment_method, method_brand, method_last4, return_url, started_at
            FROM payment_attempts WHERE payment_id = $1 ORDER BY number
            """).With(paymentId);
        return await command.ListAsync(
            row => new AttemptPersonalData(
                row.GetInt32(0), row.GetString(1), row.Text(2), row.Text(3), row.Text(4), row.GetDateTime(5)), cancellationToken);
    }

    public async Task<string?> DescriptionAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT description FROM payment_descriptions WHERE payment_id = $1")
            .With(paymentId);
        return await command.FirstOrDefaultAsync(row => row.GetString(0), cancellationToken);
    }

    public async Task EraseAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH descriptions AS (DELETE FROM payment_descriptions WHERE payment_id = $1)
            UPDATE payment_attempts SET return_url = NULL WHERE payment_id = $1 AND return_url IS NOT NULL
            """).With(paymentId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
