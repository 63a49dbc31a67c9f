using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults;

/// <summary>Settings without which a service must not start.</summary>
public static class RequiredSettings
{
    /// <summary>
    /// Returns when each of <paramref name="keys"/> has a value. Otherwise ends the process (exit code 1) with one line on standard
    /// error that names the missing settings and the remedy. Call this first in <c>Program.cs</c>.
    /// </summary>
    /// <example><c>builder.RequireSettings("ConnectionStrings:ordersdb", "Operator:Key");</c></example>
    public static TBuilder RequireSettings<TBuilder>(this TBuilder builder, params ReadOnlySpan<string> keys)
        where TBuilder : IHostApplicationBuilder
    {
        List<string> missing = [];
        foreach (var key in keys)
            if (string.IsNullOrWhiteSpace(builder.Configuration[key])) missing.Add(key);
        if (missing.Count > 0)
        {
            Stop($"{builder.Environment.ApplicationName} cannot start: setting {string.Join(", ", missing)} is missing. " +
                $"Start it with `dotnet run --project PaymentFlow.AppHost`, which provides it, or set the environment variable " +
                $"{string.Join(", ", missing.Select(key => key.Replace(":", "__", StringComparison.Ordinal)))}.");
        }

        return builder;
    }

    /// <summary>
    /// Ends the process (exit code 1) with <paramref name="reason"/>, one line, on standard error. For a setting with a wrong value.
    /// </summary>
    public static void Stop(string reason)
    {
        Console.Error.WriteLine(reason);
        Environment.Exit(1);
    }
}
