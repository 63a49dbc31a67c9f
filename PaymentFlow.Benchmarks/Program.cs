using PaymentFlow.Benchmarks;
using PaymentFlow.Benchmarks.Chaos;
using PaymentFlow.Benchmarks.Fuzzing;
using PaymentFlow.Benchmarks.Peers;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Benchmarks.World;

return args switch
{
    ["chaos", .. var rest] => await ChaosCommand.RunAsync(rest),
    ["outage", .. var rest] => await OutageCommand.RunAsync(rest),
    ["fuzz", .. var rest] => await FuzzCommand.RunAsync(rest),
    // Internal: helper processes that a measurement starts.
    [TwinServer.Mode, .. var rest] => await TwinServer.RunAsync(rest),
    [WolverinePayments.Mode, .. var rest] => await WolverinePayments.RunAsync(rest),
    [WolverineOrders.Mode, .. var rest] => await WolverineOrders.RunAsync(rest),
    [BrokerProcess.Mode, .. var rest] => await BrokerProcess.RunAsync(rest),
    [CollectorProcess.Mode, ..] => await CollectorProcess.RunAsync(),
    [var mode, .. var rest] when Modes.Find(mode) is { } found => await ModeCommand.RunAsync(found, rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: "
        + string.Join("\n       ", [ChaosCommand.Usage, OutageCommand.Usage, FuzzCommand.Usage, .. Modes.All.Select(ModeCommand.Usage)]));
    return 2;
}
