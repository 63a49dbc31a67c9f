using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace PaymentFlow.Tests.Integration.Telemetry;

/// <summary>A service that runs traced in the tests' process does not change what other tests send.</summary>
public sealed class SentTraceParentTests
{
    const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task A_request_keeps_its_traceparent_beside_a_traced_service()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(context => context.Response.WriteAsync(context.Request.Headers.TraceParent.ToString(), context.RequestAborted));
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var tracing = Sdk.CreateTracerProviderBuilder().AddHttpClientInstrumentation().Build();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Urls.Single());
        request.Headers.Add("traceparent", TraceParent);

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(TraceParent, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
