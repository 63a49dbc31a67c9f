using System.Globalization;
using PaymentFlow.Testing.Chaos;

namespace PaymentFlow.Benchmarks.Chaos;

/// <summary>Runs the chaos suite for any time. Exit code 0 when every invariant held, 1 when one did not, 2 for bad arguments.</summary>
static class ChaosCommand
{
    public const string Usage =
        "dotnet run -c Release --project PaymentFlow.Benchmarks -- chaos [--seed N] [--minutes M] [--rate CUSTOMERS_PER_SECOND] "
        + "[--patience SECONDS] [--faults \"KIND,KIND\"]";

    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryParse(args, out var options, out var mistake))
        {
            Console.Error.WriteLine($"{mistake} Usage: {Usage}");
            return 2;
        }
        var report = await ChaosRun.RunAsync(options);
        Console.WriteLine(report);
        return report.Held ? 0 : 1;
    }

    static bool TryParse(string[] args, out ChaosOptions options, out string? mistake)
    {
        options = new ChaosOptions(Seed: 1, TimeSpan.FromMinutes(2), Rate: 8)
        {
            Log = line => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}"),
        };
        mistake = null;
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                    options = options with { Seed = seed };
                    break;
                case "--minutes" when double.TryParse(
                    value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes > 0:
                    options = options with { Duration = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--rate" when double.TryParse(
                    value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate > 0:
                    options = options with { Rate = rate };
                    break;
                case "--patience" when double.TryParse(
                    value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    options = options with { Patience = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--faults" when value.Split(',', StringSplitOptions.TrimEntries) is var kinds && kinds.All(Faults.AllKinds.Contains):
                    options = options with { Faults = kinds.ToHashSet() };
                    break;
                case "--faults":
                    mistake = $"--faults takes any of these kinds: {string.Join(", ", Faults.AllKinds)}.";
                    return false;
                default:
                    mistake = $"'{args[i]} {value}' is not a valid option.";
                    return false;
            }
        }
        return true;
    }
}
