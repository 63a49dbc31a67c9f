using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Web;

/// <summary>Uptime checks and link previews ask with HEAD.</summary>
public sealed class HeadRequestTests(PaymentFlowApp app)
{
    [Theory]
    [InlineData("web", "/", 200)]
    [InlineData("web", "/checkout", 200)]
    [InlineData("web", "/app.css", 200)]
    [InlineData("web", "/orders/0197f4a2-0000-7000-8000-000000000000", 404)]
    [InlineData("web", "/operator/sign-in", 200)]
    [InlineData("web", "/nowhere", 404)]
    [InlineData("order-service", "/products", 200)]
    [InlineData("order-service", "/health", 200)]
    [InlineData("payment-api", "/openapi/v1.json", 200)]
    [InlineData("payment-api", "/statistics", 401)]
    [InlineData("payment-api", "/process-payment", 405)]
    public async Task HEAD_has_the_status_and_type_of_GET_and_no_body(string service, string path, int status)
    {
        using HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.App.GetEndpoint(service) };
        using var get = await http.GetAsync(path, TestContext.Current.CancellationToken);
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using var head = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((status, status), ((int)get.StatusCode, (int)head.StatusCode));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
