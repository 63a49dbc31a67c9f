using System.Net;
using System.Net.WebSockets;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Web;

/// <summary>The WebSocket of an open page. See docs/decisions/0008-blazor-server-circuits.md.</summary>
public sealed class CircuitConnectionTests(PaymentFlowApp app)
{
    [Fact]
    public async Task A_circuit_is_not_compressed_even_when_the_browser_offers_compression()
    {
        using ClientWebSocket socket = new();
        socket.Options.DangerousDeflateOptions = new();
        socket.Options.CollectHttpResponseDetails = true;

        await socket.ConnectAsync(new UriBuilder(app.Web) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("Sec-WebSocket-Extensions", socket.HttpResponseHeaders!.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    [InlineData("rubbish")]
    [InlineData("")]
    public async Task Pages_of_other_sites_cannot_open_a_circuit(string origin)
    {
        using ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", origin);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new UriBuilder(app.Web) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);

        var negotiated = await NegotiateAsync(origin);
        Assert.Equal((HttpStatusCode.Forbidden, "origin_not_allowed"), (negotiated.Status, negotiated.Code));
    }

    [Fact]
    public async Task The_shops_own_pages_can_open_a_circuit()
    {
        var origin = app.Web.GetLeftPart(UriPartial.Authority);
        using ClientWebSocket socket = new();
        socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new UriBuilder(app.Web) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken);

        Assert.Equal(WebSocketState.Open, socket.State);
        Assert.Equal(HttpStatusCode.OK, (await NegotiateAsync(origin)).Status);
        // A proxy that terminates TLS: the page is of https, the request is not.
        Assert.Equal(HttpStatusCode.OK, (await NegotiateAsync($"https://{app.Web.Authority}")).Status);
    }

    async Task<Answer> NegotiateAsync(string origin)
    {
        using HttpClient http = new() { BaseAddress = app.Web };
        using HttpRequestMessage request = new(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.TryAddWithoutValidation("Origin", origin);
        return await Answer.OfAsync(await http.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
