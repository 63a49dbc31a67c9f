using Microsoft.Extensions.Hosting;
using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.Persistence.Audit;

public static class AuditPruning
{
    // The trigger on the table allows no less. A clock of ours that runs ahead must not make the statement fail.
    const string Sql = """
        DELETE FROM operator_actions WHERE id = ANY(ARRAY(
            SELECT id FROM operator_actions WHERE at < least($1, now() - interval '365 days')
            ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    // PCI DSS 4.0, 10.5.1: at least twelve months.
    static readonly TimeSpan AtLeast = TimeSpan.FromDays(365);

    /// <summary>Prunes the operators' actions after two years. <c>Pruning:operator_actions:Keep</c> must be at least a year.</summary>
    public static void AddAuditPruning(this IHostApplicationBuilder builder) =>
        builder.AddPruning("operator_actions", TimeSpan.FromDays(730), Sql, AtLeast);
}
