using PaymentFlow.AppHost;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Runs the app host's broker in a separate process, so that its CPU time is not mixed with the load's.</summary>
static class BrokerProcess
{
    public const string Mode = "broker";

    public static string[] Arguments(IEnumerable<string> topics, int partitions) =>
        [Mode, "--topics", string.Join(',', topics), "--partitions", $"{partitions}"];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(args, new Dictionary<string, string> { ["topics"] = "payments,orders", ["partitions"] = "4" });
        using MockCluster cluster = new(options["topics"].Split(','), options.Number("partitions"));
        Console.WriteLine(cluster.BootstrapServers);
        await HelperProcess.ParentEndsAsync();
        return 0;
    }
}
