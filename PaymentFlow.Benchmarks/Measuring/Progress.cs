namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>A line now and then, so that nobody wonders whether it still runs.</summary>
static class Progress
{
    public static void Say(string line) => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}");
}
