using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost.Embedded.Output;

/// <summary>Everybody's log lines, prefixed with who wrote them, in a colour of their own where the terminal has colours.</summary>
sealed class ResourceOutput(Action<string, string>? sink, TimeProvider time)
{
    const int KeptLines = 2000;
    static readonly string[] Colours = ["36", "35", "33", "32", "34", "96", "95", "93"];
    static readonly bool Coloured =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    readonly ConcurrentDictionary<string, Kept> _resources = new();
    readonly Lock _lock = new();
    long _written;

    /// <summary>How many lines were written so far: who remembers it knows whether there is news.</summary>
    public long Written => Interlocked.Read(ref _written);

    public void Write(string resource, string line)
    {
        lock (_lock)
        {
            var kept = _resources.GetOrAdd(resource, _ => new Kept(Colours[_resources.Count % Colours.Length]));
            kept.Level = ConsoleLevel.Of(line) ?? (ConsoleLevel.Continues(line) ? kept.Level : LogLevel.Information);
            kept.Lines.Enqueue(new LogLine(++_written, time.GetUtcNow(), resource, kept.Level, line));
            if (kept.Lines.Count > KeptLines) kept.Lines.Dequeue();
            if (sink is not null) sink(resource, line);
            else Console.WriteLine(Coloured ? $"\e[{kept.Colour}m{resource,-14}\e[0m {line}" : $"{resource,-14} {line}");
        }
    }

    public IReadOnlyList<string> LogsOf(string resource) => [.. Lines(resource).Select(line => line.Text)];

    /// <summary>The last lines of one resource, or of all in the order in which they were written.</summary>
    public IReadOnlyList<LogLine> Lines(string? resource = null)
    {
        lock (_lock)
        {
            if (resource is not null) return _resources.TryGetValue(resource, out var kept) ? [.. kept.Lines] : [];
            return [.. _resources.Values.SelectMany(each => each.Lines).OrderBy(line => line.Number)];
        }
    }

    sealed class Kept(string colour)
    {
        public string Colour { get; } = colour;

        public Queue<LogLine> Lines { get; } = new();

        public LogLevel Level { get; set; } = LogLevel.Information;
    }
}
