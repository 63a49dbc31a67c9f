using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost.Embedded.Output;

/// <summary>What a resource wrote.</summary>
/// <param name="Number">Rises by one with every line of whatever resource.</param>
sealed record LogLine(long Number, DateTimeOffset At, string Resource, LogLevel Level, string Text);
