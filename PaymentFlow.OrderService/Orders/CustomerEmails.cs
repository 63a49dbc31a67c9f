using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// Deletes customers' e-mail addresses 30 days after the last change of their order. The order itself stays. The search follows the orders'
/// ids, which begin with their time (UUIDv7).
/// </summary>
static class CustomerEmails
{
    const string Sql = """
        UPDATE orders SET customer_email = NULL WHERE id = ANY(ARRAY(
            SELECT id FROM orders WHERE customer_email IS NOT NULL AND id < $3 AND updated_at < $1
            ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddCustomerEmailPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("customer_emails", TimeSpan.FromDays(30), Sql);
}
