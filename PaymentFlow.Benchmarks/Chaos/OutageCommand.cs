using System.Globalization;
using PaymentFlow.Testing.Chaos;

namespace PaymentFlow.Benchmarks.Chaos;

/// <summary>
/// Stops Postgres, Stripe or Kafka for a while under load, one after the other where several are given. Exit codes as for
/// <see cref="ChaosCommand"/>.
/// </summary>
static class OutageCommand
{
    public const string Usage =
        "dotnet run -c Release --project PaymentFlow.Benchmarks -- outage postgres|stripe|kafka[,…] [--seconds N] "
        + "[--rate CUSTOMERS_PER_SECOND]";

    public static async Task<int> RunAsync(string[] args)
    {
        var (seconds, rate) = (60.0, 8.0);
        string[] kinds = args is [var list, ..] ? list.Split(',') : [];
        var understood = args.Length % 2 == 1 && kinds.All(Outage.Kinds.Contains);
        for (var i = 1; understood && i < args.Length; i += 2)
        {
            understood = double.TryParse(args[i + 1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                && value > 0 && args[i] is ("--seconds" or "--rate");
            if (args[i] == "--seconds") seconds = value;
            else rate = value;
        }
        if (!understood)
        {
            Console.Error.WriteLine($"'outage {string.Join(' ', args)}' is not a valid command. Usage: {Usage}");
            return 2;
        }
        var report = await ChaosRun.RunAsync(Outage.Of(kinds, TimeSpan.FromSeconds(seconds), rate) with
        {
            Log = line => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}"),
        });
        Console.WriteLine(report);
        return report.Held ? 0 : 1;
    }
}
