using System.Globalization;
using PaymentFlow.Testing.Fuzzing;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Benchmarks.Fuzzing;

/// <summary>
/// Starts the app and sends it any number of fuzzed requests. Exit code 0 when every answer was right and the books agree, 1 when not, 2
/// for bad arguments.
/// </summary>
static class FuzzCommand
{
    public const string Usage =
        "dotnet run -c Release --project PaymentFlow.Benchmarks -- fuzz [--seed N] [--requests N] [--at-once N]";

    public static async Task<int> RunAsync(string[] args)
    {
        FuzzOptions options = new(Seed: 1, Requests: 30_000);
        for (var i = 0; i < args.Length; i += 2)
        {
            var given = i + 1 < args.Length ? args[i + 1] : "";
            var isNumber = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switch (args[i])
            {
                case "--seed" when isNumber: options = options with { Seed = number }; break;
                case "--requests" when isNumber && number > 0: options = options with { Requests = number }; break;
                case "--at-once" when isNumber && number > 0: options = options with { AtOnce = number }; break;
                default:
                    Console.Error.WriteLine($"'{args[i]} {given}' is not a valid option. Usage: {Usage}");
                    return 2;
            }
        }
        var folder = Path.Combine(Path.GetTempPath(), $"paymentflow-fuzz-{Guid.CreateVersion7():N}");
        try
        {
            Log("starting");
            await using var app = await RunningApp.StartAsync(new()
            {
                DataFolder = folder,
                Configuration = new Dictionary<string, string?>
                {
                    ["ConnectionStrings:kafka"] = "",
                    ["ConnectionStrings:postgres"] = "",
                    ["Stripe:ApiKey"] = "",
                    ["Stripe:PublishableKey"] = "",
                },
                Environment = new Dictionary<string, string>(FuzzWorld.Environment) { ["Logging__LogLevel__Default"] = "Warning" },
            });
            var report = await FuzzRun.RunAsync(app, options, Log);
            Console.WriteLine(report);
            return report.Held ? 0 : 1;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    static void Log(string line) => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}");
}
