using System.Diagnostics;
using Wolverine;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>The facts that a reader needs to judge the comparison.</summary>
static class PeerSettings
{
    public static IEnumerable<KeyValuePair<string, string>> Describe()
    {
        var version = FileVersionInfo.GetVersionInfo(typeof(IMessageBus).Assembly.Location).ProductVersion?.Split('+')[0];
        yield return new("Wolverine", $"{version}, Wolverine.Http, Kafka, PostgreSQL; Entity Framework Core, the outbox in the DbContext; "
            + "two processes and two databases; durable outbox and inbox, balanced mode, acks=all, fsync on; spans and metrics on");
        yield return new("Wolverine, tuned", "lightweight transactions; batches to Kafka of at most 100 after 1 ms, 4 at a time; inbox "
            + "partitioned, 500 messages per receive, buffer of 10,000, 10 handlers at once");
        yield return new("… tuned, batches", "in addition, orders are updated in batches of at most 500 after 1 ms");
        yield return new("only PaymentFlow", "signed events, versions (a late event changes nothing), a second event per order, history, "
            + "webhooks and reconciliation, checks of the customer's token, amounts from the order");
        yield return new("only Wolverine", "a row per message in the inbox, kept for 5 minutes");
        yield return new("not measured", "CAP: its Kafka transport is not available from the registry of this machine");
    }
}
