using System.Diagnostics;

namespace PaymentFlow.Tests.Integration.Web;

public sealed class CheckoutSettingsTests
{
    [Theory]
    [InlineData("AccentColor", "#ffd400", "WCAG 2.2 AA")]
    [InlineData("LogoUrl", "http://cdn.example/logo.svg", "https:// URL")]
    [InlineData("ReturnAfter", "5", "hh:mm:ss")]
    public async Task A_wrong_value_stops_Web_with_one_line_that_names_the_setting(string setting, string value, string reason)
    {
        var token = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "PaymentFlow.Web.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ConnectionStrings__kafka"] = "localhost:1";
        start.Environment["Operator__Key"] = "a-key-of-24-characters-1";
        start.Environment["Services__Key"] = "a-key-of-24-characters-2";
        start.Environment["Events__Keys__orders__0"] = "a-key-of-24-characters-3";
        start.Environment[$"Checkout__{setting}"] = value;
        using var web = Process.Start(start)!;
        var output = web.StandardOutput.ReadToEndAsync(token);
        var line = Assert.Single((await web.StandardError.ReadToEndAsync(token)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await web.WaitForExitAsync(token);

        Assert.Equal(1, web.ExitCode);
        Assert.Contains($"Checkout:{setting} is '{value}'", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Empty(await output);
    }
}
