using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Contracts;

/// <summary>The headers of the services' real answers.</summary>
public sealed class ResponseHeaderTests(PaymentFlowApp app)
{
    [Theory]
    [InlineData("order-service", "/products", false, 200)]
    [InlineData("order-service", "/orders/0197f4a2-0000-7000-8000-000000000000", false, 401)]
    [InlineData("order-service", "/dead-letters", true, 200)]
    [InlineData("order-service", "/operator-actions", true, 200)]
    [InlineData("order-service", "/health", false, 200)]
    [InlineData("payment-api", "/payments/0197f4a2-0000-7000-8000-000000000000", true, 404)]
    [InlineData("payment-api", "/operator-actions", true, 200)]
    [InlineData("payment-api", "/statistics", true, 200)]
    [InlineData("payment-api", "/process-payment", false, 405)]
    [InlineData("web", "/orders/0197f4a2-0000-7000-8000-000000000000", false, 404)]
    [InlineData("web", "/operator/sign-in", false, 200)]
    [InlineData("web", "/nowhere", false, 404)]
    [InlineData("stripe-sandbox", "/v1/payment_intents/pi_0", false, 401)]
    public async Task Private_answers_and_errors_are_not_stored_and_no_answer_is_sniffed(
        string service, string path, bool asOperator, int status)
    {
        using HttpClient http = new() { BaseAddress = app.App.GetEndpoint(service) };
        if (asOperator) http.DefaultRequestHeaders.Add("X-Operator-Key", app.OperatorKey);

        using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.True(answer.Headers.CacheControl?.NoStore, $"Cache-Control is {answer.Headers.CacheControl}");
    }

    [Fact]
    public async Task A_browser_may_store_Webs_own_files()
    {
        using HttpClient http = new() { BaseAddress = app.Web };
        using var answer = await http.GetAsync("/favicon.svg", TestContext.Current.CancellationToken);

        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.False(answer.Headers.CacheControl?.NoStore);
    }
}
