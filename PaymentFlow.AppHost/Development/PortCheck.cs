using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost.Development;

/// <summary>Finds a port that another program uses, before anything is started.</summary>
static class PortCheck
{
    /// <returns>The problem and its remedy; null if all ports are free.</returns>
    public static string? Problem(DistributedApplicationModel model, IConfiguration configuration)
    {
        foreach (var resource in model.Resources)
        {
            if (!resource.TryGetEndpoints(out var endpoints)) continue;
            foreach (var endpoint in endpoints)
                if (endpoint.Port is { } port && !FreePort.IsFree(port)) return Describe(port, resource.Name);
        }
        if (model.Resources.All(resource => resource.Name != DevelopmentExtensions.Dashboard)) return null;
        var dashboard = new Uri(configuration["ASPNETCORE_URLS"]!.Split(';')[0]).Port;
        return FreePort.IsFree(dashboard) ? null : Describe(dashboard, "the dashboard");
    }

    static string Describe(int port, string user) => string.Create(CultureInfo.InvariantCulture,
        $"Port {port}, which {user} needs, is taken by another program. Stop that program, change the port in launchSettings.json, " +
        $"or use any free ports: `-- --free-ports`.");
}
