using System.Globalization;
using PaymentFlow.Testing.Fuzzing;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Fuzzing;

/// <summary>
/// Fuzzed requests from the OpenAPI documents, to an app that no other test uses meanwhile. <c>FUZZ_SEED</c> chooses other requests. Long
/// runs are in PaymentFlow.Benchmarks (<c>fuzz</c>).
/// </summary>
[Collection(nameof(OutageApp))]
public sealed class FuzzTests(OutageApp app, ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_is_sent_every_error_is_a_documented_problem_and_the_books_agree()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 16;
        foreach (var service in (string[])["order-service", "payment-api"]) await app.ReadyAsync(service);

        var report = await FuzzRun.RunAsync(
            app.App, new FuzzOptions(seed, Requests: 500), cancellationToken: TestContext.Current.CancellationToken);

        output.WriteLine(report.ToString());
        Assert.True(report.Held, report.ToString());
        // Otherwise most requests were refused before they reached anything.
        Assert.True(report.Calls.Values.Count(successes => successes > 0) > report.Calls.Count / 2, report.ToString());
    }
}
