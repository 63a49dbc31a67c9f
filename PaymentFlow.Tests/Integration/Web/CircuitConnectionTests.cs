using System.Net.WebSockets;
using PaymentFlow.Tests.Fixtures;

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
}
