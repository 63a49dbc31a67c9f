using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed partial class ThreeDSecureTests : IAsyncLifetime
{
    const string ReturnUrl = "https://shop.example/return?order=7#top";

    SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Theory]
    [InlineData("pm_card_threeDSecure2Required")]
    [InlineData("pm_card_authenticationRequired")]
    public async Task Approving_charges_the_card_and_redirects_to_the_return_URL_as_Stripe_does(string method)
    {
        var intent = await ChallengeAsync(method, ReturnUrl);
        Assert.Equal("redirect_to_url", intent.NextAction.Type);
        Assert.Equal(ReturnUrl, intent.NextAction.RedirectToUrl.ReturnUrl);
        Assert.Empty(await _sandbox.ChargesAsync());

        var back = await AnswerAsync(intent.NextAction.RedirectToUrl.Url, "approve");

        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
        var location = back.Headers.Location!;
        var query = QueryHelpers.ParseQuery(location.Query);
        Assert.StartsWith("https://shop.example/return?order=7&", location.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("#top", location.Fragment);
        Assert.Equal((intent.Id, intent.ClientSecret, "succeeded"),
            (query["payment_intent"].ToString(), query["payment_intent_client_secret"].ToString(), query["redirect_status"].ToString()));
        var paid = await _sandbox.GetAsync(intent.Id);
        Assert.Equal("succeeded", paid.Status);
        Assert.Null(paid.NextAction);
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_failed_authentication_leaves_the_payment_open_for_another_method()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecure2Required", ReturnUrl);

        var back = await AnswerAsync(intent.NextAction.RedirectToUrl.Url, "fail");

        Assert.Contains("redirect_status=failed", back.Headers.Location!.Query, StringComparison.Ordinal);
        var failed = await _sandbox.GetAsync(intent.Id);
        Assert.Equal("requires_payment_method", failed.Status);
        Assert.Equal("payment_intent_authentication_failure", failed.LastPaymentError.Code);
        Assert.Empty(await _sandbox.ChargesAsync());
        Assert.Equal("succeeded", (await _sandbox.ConfirmAsync(intent.Id, "pm_card_visa")).Status);
    }

    [Fact]
    public async Task A_card_may_be_declined_after_the_customer_approved()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecureRequiredChargeDeclined", ReturnUrl);

        var back = await AnswerAsync(intent.NextAction.RedirectToUrl.Url, "approve");

        Assert.Contains("redirect_status=failed", back.Headers.Location!.Query, StringComparison.Ordinal);
        var declined = await _sandbox.GetAsync(intent.Id);
        Assert.Equal(("requires_payment_method", "card_declined"), (declined.Status, declined.LastPaymentError.Code));
        Assert.Empty(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task Without_a_return_URL_the_next_action_is_for_Stripe_js_and_the_page_shows_the_outcome()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecure2Required", returnUrl: null);
        Assert.Equal("use_stripe_sdk", intent.NextAction.Type);
        var page = intent.RawJsonElement!.Value
            .GetProperty("next_action").GetProperty("use_stripe_sdk").GetProperty("stripe_js").GetString()!;

        var done = await AnswerAsync(page, "approve");
        var shown = await _sandbox.Http.GetStringAsync(done.Headers.Location, TestContext.Current.CancellationToken);

        Assert.Contains("Payment confirmed", shown, StringComparison.Ordinal);
        Assert.Equal("succeeded", (await _sandbox.GetAsync(intent.Id)).Status);
    }

    [Fact]
    public async Task A_caller_without_the_client_secret_can_neither_see_nor_answer_the_challenge()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecure2Required", ReturnUrl);
        var page = new Uri(intent.NextAction.RedirectToUrl.Url);
        var source = SourceField().Match(await _sandbox.Http.GetStringAsync(page, TestContext.Current.CancellationToken)).Groups[1].Value;

        using var seen = await _sandbox.Http.GetAsync(page.AbsolutePath + "?client_secret=guess", TestContext.Current.CancellationToken);
        using var answered = await _sandbox.Http.PostAsync(
            page.AbsolutePath,
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["client_secret"] = "guess",
                ["source"] = source,
                ["outcome"] = "approve",
            }),
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, seen.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, answered.StatusCode);
        Assert.DoesNotContain(
            intent.ClientSecret,
            await seen.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal("requires_action", (await _sandbox.GetAsync(intent.Id)).Status);
    }

    [Fact]
    public async Task An_answer_from_a_page_of_an_earlier_attempt_changes_nothing()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecure2Required", ReturnUrl);
        var old = await FormAsync(intent.NextAction.RedirectToUrl.Url, "approve");
        await _sandbox.ConfirmAsync(intent.Id, "pm_card_authenticationRequired", ReturnUrl);

        using var answered = await _sandbox.Http.PostAsync(
            new Uri(intent.NextAction.RedirectToUrl.Url).AbsolutePath, old, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.SeeOther, answered.StatusCode);
        Assert.Equal("requires_action", (await _sandbox.GetAsync(intent.Id)).Status);
        Assert.Empty(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task Approving_in_fifty_tabs_charges_once()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecure2Required", ReturnUrl);
        var url = intent.NextAction.RedirectToUrl.Url;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AnswerAsync(url, "approve")));

        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task The_page_is_in_the_browsers_language()
    {
        var intent = await ChallengeAsync("pm_card_threeDSecure2Required", ReturnUrl);
        using var request = new HttpRequestMessage(HttpMethod.Get, intent.NextAction.RedirectToUrl.Url);
        request.Headers.AcceptLanguage.ParseAdd("en;q=0.5,ru-RU");

        using var response = await _sandbox.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Contains("<html lang=\"ru\">", page, StringComparison.Ordinal);
        Assert.Contains("Подтвердите платёж", page, StringComparison.Ordinal);
        Assert.Contains("12.50 USD", page, StringComparison.Ordinal);
    }

    async Task<PaymentIntent> ChallengeAsync(string method, string? returnUrl)
    {
        var intent = await _sandbox.ConfirmAsync((await _sandbox.CreateAsync()).Id, method, returnUrl);
        Assert.Equal("requires_action", intent.Status);
        return intent;
    }

    /// <summary>Opens the page and presses a button, as a browser does.</summary>
    async Task<HttpResponseMessage> AnswerAsync(string url, string outcome) =>
        await _sandbox.Http.PostAsync(new Uri(url).AbsolutePath, await FormAsync(url, outcome), TestContext.Current.CancellationToken);

    async Task<FormUrlEncodedContent> FormAsync(string url, string outcome)
    {
        var page = await _sandbox.Http.GetStringAsync(url, TestContext.Current.CancellationToken);
        var fields = HiddenField().Matches(page).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        fields["outcome"] = outcome;
        return new(fields);
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]+)">""")]
    private static partial Regex HiddenField();

    [GeneratedRegex("""name="source" value="([^"]+)">""")]
    private static partial Regex SourceField();
}
