using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Database;

public static class DatabaseExtensions
{
    /// <summary>
    /// Registers the <c>NpgsqlDataSource</c> of <c>ConnectionStrings:NAME</c> with <see cref="DatabaseDefaults"/>. An API answers 503
    /// while the database is unavailable.
    /// </summary>
    public static void AddDatabase(this IHostApplicationBuilder builder, string name)
    {
        builder.AddNpgsqlDataSource(name, configureDataSourceBuilder: DatabaseDefaults.Apply);
        builder.Services.Configure<ApiErrorOptions>(options => options.IsUnavailable = DatabaseFailure.IsAway);
    }
}
