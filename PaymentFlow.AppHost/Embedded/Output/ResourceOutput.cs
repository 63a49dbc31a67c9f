using System.Collections.Concurrent;

namespace PaymentFlow.AppHost.Embedded.Output;

/// <summary>Everybody's log lines, prefixed with who wrote them, in a colour of their own where the terminal has colours.</summary>
sealed class ResourceOutput(Action<string, string>? sink)
{
    const int KeptLines = 500;
    static readonly string[] Colours = ["36", "35", "33", "32", "34", "96", "95", "93"];
    static readonly bool Coloured =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    readonly ConcurrentDictionary<string, (string Colour, Queue<string> Lines)> _resources = new();
    readonly Lock _lock = new();

    public void Write(string resource, string line)
    {
        lock (_lock)
        {
            var (colour, lines) = _resources.GetOrAdd(resource, _ => (Colours[_resources.Count % Colours.Length], new Queue<string>()));
            lines.Enqueue(line);
            if (lines.Count > KeptLines) lines.Dequeue();
            if (sink is not null) sink(resource, line);
            else Console.WriteLine(Coloured ? $"\e[{colour}m{resource,-14}\e[0m {line}" : $"{resource,-14} {line}");
        }
    }

    public IReadOnlyList<string> LogsOf(string resource)
    {
        lock (_lock) return _resources.TryGetValue(resource, out var entry) ? [.. entry.Lines] : [];
    }
}
