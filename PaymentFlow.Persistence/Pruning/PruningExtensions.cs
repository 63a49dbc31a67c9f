using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.Persistence.Pruning;

public static class PruningExtensions
{
    /// <summary>
    /// Prunes a table with <paramref name="sql"/> (see <see cref="PruningRule"/>). The setting <c>Pruning:{table}:Keep</c>, a TimeSpan,
    /// overrides <paramref name="keep"/>. Needs an <c>NpgsqlDataSource</c> and the migration.
    /// </summary>
    public static void AddPruning(this IHostApplicationBuilder builder, string table, TimeSpan keep, string sql)
    {
        keep = builder.Configuration.GetValue($"Pruning:{table}:Keep", keep);
        builder.Services.AddSingleton(new PruningRule(table, sql, keep));
        builder.Services.AddHostedService<PruningWorker>();
    }
}
