using System.Net;
using System.Text.Json;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>An order's server-sent events, read as bytes of HTTP and not by one of our clients.</summary>
public sealed class EventStream : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly HttpResponseMessage _answer;
    readonly StreamReader _lines;

    EventStream(HttpResponseMessage answer, StreamReader lines) => (_answer, _lines) = (answer, lines);

    public HttpResponseMessage Answer => _answer;

    public static async Task<EventStream> OpenAsync(OrdersApp app, CreatedOrder order, string query = "", string? lastEventId = null)
    {
        using var request = RequestOf(order, query);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new EventStream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    public static HttpRequestMessage RequestOf(CreatedOrder order, string query = "", HttpMethod? method = null)
    {
        HttpRequestMessage request = new(method ?? HttpMethod.Get, $"/orders/{order.Id}/events{query}");
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        return request;
    }

    /// <summary>The lines up to the next empty one: an event, a comment or a setting.</summary>
    public async Task<IReadOnlyList<string>> BlockAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Timeout);
        List<string> block = [];
        while (await _lines.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length == 0) return block;
            block.Add(line);
        }
        throw new EndOfStreamException();
    }

    /// <summary>The next event. Asserts that its id is the frame's version.</summary>
    public async Task<Frame> NextAsync()
    {
        while (true)
        {
            var block = await BlockAsync();
            if (block is not [var id, var data]) continue;
            var frame = JsonSerializer.Deserialize<Frame>(data["data: ".Length..], JsonSerializerOptions.Web)!;
            Assert.Equal($"id: {frame.Version}", id);
            return frame;
        }
    }

    public void Dispose() => _answer.Dispose();
}
