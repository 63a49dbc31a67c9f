using PaymentFlow.Benchmarks.Backlog;
using PaymentFlow.Benchmarks.Fanout;
using PaymentFlow.Benchmarks.Growth;
using PaymentFlow.Benchmarks.Latency;
using PaymentFlow.Benchmarks.Overview;
using PaymentFlow.Benchmarks.Pages;
using PaymentFlow.Benchmarks.PaymentList;
using PaymentFlow.Benchmarks.Peers;
using PaymentFlow.Benchmarks.Pipeline;
using PaymentFlow.Benchmarks.Polling;
using PaymentFlow.Benchmarks.Throughput;

namespace PaymentFlow.Benchmarks;

static class Modes
{
    public static IReadOnlyList<Mode> All { get; } =
    [
        LatencyMode.Mode, ThroughputMode.Mode, PipelineMode.Mode, BacklogMode.Mode, FanoutMode.Mode, CircuitsMode.Mode, GrowthMode.Mode,
        PollingMode.Mode, PaymentListMode.Mode, OverviewMode.Mode, PeersMode.Mode, PagesMode.Mode,
    ];

    public static Mode? Find(string name) => All.FirstOrDefault(mode => mode.Name == name);
}
