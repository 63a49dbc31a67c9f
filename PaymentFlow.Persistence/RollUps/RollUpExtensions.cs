using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.Persistence.RollUps;

public static class RollUpExtensions
{
    /// <summary>Rolls up a table every minute. Needs an <c>NpgsqlDataSource</c> and the migration.</summary>
    public static void AddRollUp(this IHostApplicationBuilder builder, RollUpRule rule)
    {
        builder.Services.AddSingleton(rule);
        builder.Services.AddSingleton<RollUpWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RollUpWorker>());
    }
}
