#if USE_ASPIRE
Console.Error.WriteLine("The measurements run by the embedded engine: set UseAspire=false.");
return 2;
#else
using PaymentFlow.Benchmarks.Chaos;

return args switch
{
    ["chaos", .. var rest] => await ChaosCommand.RunAsync(rest),
    ["outage", .. var rest] => await OutageCommand.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"Usage: {ChaosCommand.Usage}\n       {OutageCommand.Usage}");
    return 2;
}
#endif
