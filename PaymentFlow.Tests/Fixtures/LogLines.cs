using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>The lines that were logged, each after its level: <c>Warning Something is wrong</c>.</summary>
sealed class LogLines : ConcurrentQueue<string>, ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Enqueue($"{logLevel} {formatter(state, exception)}");

    public void Dispose()
    {
        // Nothing to dispose of.
    }
}
