using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// Warns at start if the connection to Postgres crosses a network without <c>SSL Mode=VerifyFull</c>. Someone on the way could then pose as
/// the server and get the password and all payments.
/// </summary>
public sealed partial class ServerIdentity(
    NpgsqlDataSource dataSource, IHostEnvironment environment, ILogger<ServerIdentity> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder settings = new(dataSource.ConnectionString);
        if (!environment.IsDevelopment() && !IsVerified(settings)) Log.NotVerified(logger, settings.Host, settings.SslMode);
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
            + "set SSL Mode=VerifyFull in the connection string")]
        public static partial void NotVerified(ILogger logger, string? host, SslMode mode);
    }
}
