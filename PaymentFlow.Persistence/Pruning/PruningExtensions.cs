using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Pruning;

public static class PruningExtensions
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>
    /// Prunes a table with <paramref name="sql"/> (see <see cref="PruningRule"/>). The setting <c>Pruning:{table}:Keep</c>, a TimeSpan,
    /// overrides <paramref name="keep"/>. Needs an <c>NpgsqlDataSource</c> and the migration.
    /// </summary>
    /// <param name="atLeast">The start ends with one line if the setting is shorter, or longer than a century.</param>
    public static void AddPruning(
        this IHostApplicationBuilder builder, string table, TimeSpan keep, string sql, TimeSpan atLeast = default)
    {
        var setting = $"Pruning:{table}:Keep";
        keep = builder.Configuration.GetValue(setting, keep);
        if (keep < atLeast || keep > Longest)
        {
            RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: {setting} is '{keep}': " +
                $"set it to a time from {atLeast} to {Longest}.");
        }
        builder.Services.AddSingleton(new PruningRule(table, sql, keep));
        builder.Services.AddHostedService<PruningWorker>();
    }
}
