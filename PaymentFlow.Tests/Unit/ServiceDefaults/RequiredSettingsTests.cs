using System.Diagnostics;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>A service that cannot work does not start. It says why in one line.</summary>
public sealed class RequiredSettingsTests
{
    const string Key = "a-key-of-at-least-24-characters";

    static readonly Dictionary<string, string> Complete = new()
    {
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__kafka"] = "localhost:1",
        ["ConnectionStrings__ordersdb"] = "Host=localhost",
        ["ConnectionStrings__paymentsdb"] = "Host=localhost",
        ["Operator__Key"] = Key,
        ["Merchant__ApiKey"] = Key,
        ["Services__Key"] = Key,
        ["Events__Keys__payments__0"] = $"{Key}-for-payments",
        ["Events__Keys__orders__0"] = $"{Key}-for-orders",
        ["Webhooks__Keys__0"] = $"{Key}-for-webhooks",
        ["Stripe__ApiKey"] = "sk_test_1",
    };

    [Fact]
    public async Task A_service_that_lacks_a_setting_stops_with_one_line_that_names_it()
    {
        var line = await LineOfAsync("PaymentFlow.OrderService", ("Operator__Key", ""));
        Assert.Contains("Operator:Key", line);
        Assert.Contains("Operator__Key", line);
        Assert.DoesNotContain("Merchant", line);
    }

    [Theory]
    [InlineData("PaymentFlow.OrderService", "Operator__Key", "a", "Operator:Key")]
    [InlineData("PaymentFlow.OrderService", "Clients__AllowedOrigins__0", "*", "Clients:AllowedOrigins:0")]
    [InlineData("PaymentFlow.OrderService", "Screens__Every", "15", "Screens:Every")]
    [InlineData("PaymentFlow.OrderService", "Aspire__Confluent__Kafka__Consumer__Config__SecurityProtocol", "TLS", "SecurityProtocol")]
    [InlineData("PaymentFlow.PaymentApi", "Services__Key", "a-key-that-was-pasted-\n-in-two-lines", "Services:Key")]
    [InlineData("PaymentFlow.OrderService", "Events__Keys__payments__0", "", "Events:Keys:payments:0")]
    [InlineData("PaymentFlow.OrderService", "Events__Keys__orders__1", "short", "Events:Keys:orders:1")]
    [InlineData("PaymentFlow.OrderService", "Events__Keys__orders__1", $"{Key}-for-payments", "Events:Keys:orders")]
    [InlineData("PaymentFlow.OrderService", "Webhooks__Keys__0", "", "Webhooks:Keys:0")]
    [InlineData("PaymentFlow.OrderService", "Webhooks__Keys__1", "short", "Webhooks:Keys:1")]
    [InlineData("PaymentFlow.OrderService", "Webhooks__AllowPrivateAddresses", "yes", "Webhooks:AllowPrivateAddresses")]
    [InlineData("PaymentFlow.OrderService", "Webhooks__Retries__0", "5", "Webhooks:Retries:0")]
    [InlineData("PaymentFlow.PaymentApi", "Events__Keys__payments__0", "", "Events:Keys:payments:0")]
    [InlineData("PaymentFlow.Web", "Events__Keys__orders__0", "", "Events:Keys:orders:0")]
    [InlineData("PaymentFlow.PaymentApi", "Stripe__ApiKey", "sk_test_1\nsk_test_1", "Stripe:ApiKey")]
    [InlineData("PaymentFlow.PaymentApi", "Pruning__operator_actions__Keep", "300.00:00:00", "Pruning:operator_actions:Keep")]
    [InlineData("PaymentFlow.PaymentApi", "Delivery__MaxPerSecond", "0", "Delivery:MaxPerSecond")]
    [InlineData("PaymentFlow.Web", "Operator__Oidc__Authority", "accounts.example", "Operator:Oidc:Authority")]
    [InlineData("PaymentFlow.OrderService", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1", "Install ICU")]
    [InlineData("PaymentFlow.Web", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1", "Install ICU")]
    public async Task A_service_stops_for_a_wrong_value_with_one_line(string service, string variable, string value, string named) =>
        Assert.Contains(named, await LineOfAsync(service, (variable, value)));

    static async Task<string> LineOfAsync(string service, (string Name, string Value) setting)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{service}.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in Complete) start.Environment[name] = value;
        start.Environment[setting.Name] = setting.Value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.Empty(await output);
        return Assert.Single((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
