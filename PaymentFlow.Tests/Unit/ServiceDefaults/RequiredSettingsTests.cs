using System.Diagnostics;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

public sealed class RequiredSettingsTests
{
    [Fact]
    public async Task A_service_that_lacks_a_setting_stops_with_one_line_that_names_it()
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "PaymentFlow.OrderService.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ConnectionStrings__kafka"] = "localhost:1";
        start.Environment["ConnectionStrings__ordersdb"] = "Host=localhost";
        start.Environment["Operator__Key"] = "";
        start.Environment["Merchant__ApiKey"] = "key";
        start.Environment["Services__Key"] = "key";
        using var service = Process.Start(start)!;
        var error = service.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = service.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, service.ExitCode);
        var line = Assert.Single((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Operator:Key", line);
        Assert.Contains("Operator__Key", line);
        Assert.DoesNotContain("Merchant", line);
        Assert.Empty(await output);
    }
}
