using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults;

public static class ConnectionLimitsRegistration
{
    /// <summary>Reads the section, such as <c>Sockets</c>, and makes the limits of one kind of connections.</summary>
    public static Func<IServiceProvider, ConnectionLimits> ReadConnectionLimits(
        this IHostApplicationBuilder builder, string section, string kind)
    {
        var options = builder.ReadSettings<ConnectionLimitOptions>(section);
        var factor = AddressLimit.FactorOf(builder.Configuration);
        return services => new ConnectionLimits(options, factor, kind, services.GetRequiredService<IMeterFactory>());
    }
}
