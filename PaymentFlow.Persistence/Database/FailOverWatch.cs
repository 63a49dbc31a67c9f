using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// Clears the connection pool as soon as an error shows that its connections may lead to a former primary, so that the next command
/// opens a new connection. Npgsql itself clears the pool only when a connection breaks, which a server that merely rejects writes does not
/// cause.
/// </summary>
/// <remarks>
/// Listens to the process's exceptions where they are thrown, because requests, workers, the consumer and the relay each handle a failure
/// in their own way.
/// </remarks>
sealed partial class FailOverWatch(NpgsqlDataSource dataSource, ILogger<FailOverWatch> logger) : IHostedService, IDisposable
{
    // An exception is thrown again in each asynchronous method that it passes.
    readonly ConditionalWeakTable<Exception, Exception> _seen = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException += OnThrown;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => AppDomain.CurrentDomain.FirstChanceException -= OnThrown;

    void OnThrown(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is not PostgresException failure || !DatabaseFailure.IsFailOver(failure)) return;
        // Of several hosts, Npgsql itself notices which ones are down, but not that one has become read-only.
        if (dataSource is NpgsqlMultiHostDataSource && failure.SqlState != PostgresErrorCodes.ReadOnlySqlTransaction) return;
        if (!_seen.TryAdd(failure, failure)) return;
        ConnectionPool.Renew(dataSource);
        Log.Renewed(logger, failure.SqlState);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Postgres answered {SqlState}; the next command opens a new connection")]
        public static partial void Renewed(ILogger logger, string sqlState);
    }
}
