using System.Net;
using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>The console is needed most in an outage.</summary>
[Collection(nameof(OutageApp))]
public sealed partial class SignInOutageTests(OutageApp app)
{
    [Fact]
    public async Task While_OrderService_cannot_record_a_sign_in_operators_still_sign_in_and_the_log_has_it()
    {
        var token = TestContext.Current.CancellationToken;
        var name = $"Anna {Guid.CreateVersion7()}";
        using HttpClient browser = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.App.GetEndpoint("web") };
        HttpResponseMessage signedIn;
        await using (await app.App.KeepDownAsync("order-service"))
        {
            var page = await browser.GetStringAsync("/operator/sign-in", token);
            using FormUrlEncodedContent form = new(new Dictionary<string, string>
            {
                ["__RequestVerificationToken"] = WebUtility.HtmlDecode(AntiforgeryToken().Match(page).Groups[1].Value),
                ["key"] = await app.App.GetParameterAsync("operator-key"),
                ["name"] = name,
            });
            signedIn = await browser.PostAsync("/operator/sign-in", form, token);
        }

        using (signedIn)
        {
            Assert.Equal((HttpStatusCode.Found, "/operator"), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));
            await Eventually.TrueAsync(() => app.App.LogsOf("web").Any(line =>
                line.Contains($"OrderService did not record console.sign_in by {name} at 127.0.0.1", StringComparison.Ordinal)));
        }
        await app.ReadyAsync("order-service");
    }

    [GeneratedRegex(@"name=""__RequestVerificationToken"" value=""([^""]+)""")]
    private static partial Regex AntiforgeryToken();
}
