using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// Sets the SSL mode of <c>Postgres:SslMode</c> where a connection string has none. Warns at start if the connection to Postgres crosses a
/// network without <c>VerifyFull</c>: another server could then pose as Postgres and get the password and all payments.
/// </summary>
public sealed partial class ServerIdentity(
    NpgsqlDataSource dataSource, IHostEnvironment environment, ILogger<ServerIdentity> logger) : IHostedService
{
    const string Setting = "Postgres:SslMode";

    /// <summary>Applies the setting. The process ends with one line if its value is no SSL mode of Npgsql.</summary>
    public static NpgsqlConnectionStringBuilder Apply(NpgsqlConnectionStringBuilder settings, IConfiguration configuration)
    {
        if (configuration[Setting] is not { Length: > 0 } value || settings.SslMode != SslMode.Prefer) return settings;
        if (Enum.TryParse(value, ignoreCase: true, out SslMode mode) && Enum.IsDefined(mode)) settings.SslMode = mode;
        else RequiredSettings.Stop($"{Setting} is '{value}': set it to one of {string.Join(", ", Enum.GetNames<SslMode>())}.");
        return settings;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder settings = new(dataSource.ConnectionString);
        if (!environment.IsDevelopment() && !IsVerified(settings)) Log.NotVerified(logger, settings.Host!, settings.SslMode);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether the server's certificate and name are verified, or every host is this machine.</summary>
    public static bool IsVerified(NpgsqlConnectionStringBuilder settings) =>
        settings.SslMode == SslMode.VerifyFull || (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries).All(IsThisMachine);

    // A path is a Unix domain socket.
    static bool IsThisMachine(string host) => host.StartsWith('/') || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPEndPoint.TryParse(host, out var address) && IPAddress.IsLoopback(address.Address));

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The connection to Postgres at {Host} does not verify the server, because SSL Mode is {Mode}: "
            + "set SSL Mode=VerifyFull in the connection string, or Postgres:SslMode")]
        public static partial void NotVerified(ILogger logger, string host, SslMode mode);
    }
}
