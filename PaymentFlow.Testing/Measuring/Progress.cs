namespace PaymentFlow.Testing.Measuring;

/// <summary>Prints progress lines during long measurements.</summary>
static class Progress
{
    public static void Say(string line) => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}");
}
