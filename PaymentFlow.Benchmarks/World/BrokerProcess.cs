using Confluent.Kafka;
using PaymentFlow.AppHost;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Runs the app host's broker in a separate process, so that its CPU time is not mixed with the load's.</summary>
static class BrokerProcess
{
    public const string Mode = "broker";

    /// <summary>
    /// A line on standard input that deletes all records. The broker searches its list of records at each fetch, so the records of an
    /// earlier measurement would cost CPU in the next one.
    /// </summary>
    public const string Forget = "forget";

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static string[] Arguments(IEnumerable<string> topics, int partitions) =>
        [Mode, "--topics", string.Join(',', topics), "--partitions", $"{partitions}"];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(args, new Dictionary<string, string> { ["topics"] = "payments,orders", ["partitions"] = "4" });
        var topics = options["topics"].Split(',');
        using MockCluster cluster = new(topics, options.Number("partitions"));
        Console.WriteLine(cluster.BootstrapServers);
        // Ends with the parent, whose end closes the input.
        while (await Console.In.ReadLineAsync() is { } command)
        {
            if (command != Forget) continue;
            DeleteRecords(cluster, topics, options.Number("partitions"));
            Console.WriteLine("done");
        }
        return 0;
    }

    static void DeleteRecords(MockCluster cluster, string[] topics, int partitions)
    {
        using var client = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = Mode }).Build();
        foreach (var topic in topics)
            for (var partition = 0; partition < partitions; partition++)
                cluster.DeleteRecords(topic, partition, client.QueryWatermarkOffsets(new(topic, partition), Timeout).High.Value);
    }
}
