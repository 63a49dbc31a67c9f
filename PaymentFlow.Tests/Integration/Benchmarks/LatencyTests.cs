using System.Diagnostics;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Browser;

namespace PaymentFlow.Tests.Integration.Benchmarks;

/// <summary>A measurement runs to its end: services, twin and all. What it measures in a test means nothing.</summary>
public sealed class LatencyTests(ITestOutputHelper output)
{
#if DEBUG
    const string Configuration = "Debug";
#else
    const string Configuration = "Release";
#endif

    [Fact]
    public async Task Latency_is_measured_beside_the_twin_and_written_as_JSON()
    {
        var stopping = TestContext.Current.CancellationToken;
        var file = Path.Combine(Path.GetTempPath(), $"paymentflow-latency-{Guid.CreateVersion7():N}.json");
        try
        {
            var program = Path.Combine(Repository.Folder, "PaymentFlow.Benchmarks", "bin", Configuration, "net10.0", "PaymentFlow.Benchmarks.dll");
            using var process = Process.Start(new ProcessStartInfo("dotnet",
                [program, "latency", "--rates", "10", "--seconds", "3", "--repeats", "1", "--warm-up", "2", "--json", file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var (told, errors) = (process.StandardOutput.ReadToEndAsync(stopping), process.StandardError.ReadToEndAsync(stopping));
            await process.WaitForExitAsync(stopping);
            output.WriteLine(await told + await errors);

            Assert.Equal(0, process.ExitCode);
            var rows = JsonNode.Parse(await File.ReadAllTextAsync(file, stopping))!["rows"]!.AsArray();
            Assert.All((string[])["10/s: Stripe's yes → frame, p50", "10/s: POST → frame, p99"], name =>
            {
                var row = rows.Single(row => row!["name"]!.GetValue<string>() == name)!;
                Assert.True(row["value"]!.GetValue<double>() > 0 && row["twin"]!.GetValue<double>() > 0 && row["ratio"]!.GetValue<double>() > 0);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }
}
