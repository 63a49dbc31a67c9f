using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace PaymentFlow.Client;

/// <summary>Keeps one connection to the service open and passes on what is newer.</summary>
sealed class OrderFollower(HttpClient http, TimeProvider time, Guid orderId, string clientSecret, FollowOrderOptions options)
{
    const string EventStream = "text/event-stream";
    const int MaxFrameBytes = 64 * 1024;
    const int ReceiveBytes = 4 * 1024;
    // After so many failed handshakes, while HTTP works, event streams replace WebSockets.
    const int MaxHandshakes = 2;

    // It comes at once, unless a proxy opens WebSockets and passes nothing on.
    static readonly TimeSpan FirstFrame = TimeSpan.FromSeconds(10);
    // The service writes to an event stream every 15 s.
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);
    static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);
    // A connection that lasted longer did not fail.
    static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    readonly string _order = AddressOf(http, orderId);
    readonly string _query = options.Language is { } language ? $"?lang={Uri.EscapeDataString(language)}" : "";

    bool _withoutWebSocket = options.WithoutWebSocket;
    int _handshakes;
    int _failures;
    long _version;

    /// <summary>
    /// Writes every newer state until <paramref name="leaving"/> is canceled or the service refuses. An error goes to the reader.
    /// </summary>
    public async Task RunAsync(ChannelWriter<OrderUpdate> updates, CancellationToken leaving)
    {
        try
        {
            while (true)
            {
                Tell(ConnectionState.Connecting);
                var began = time.GetTimestamp();
                var pause = await ConnectAsync(updates, leaving);
                if (time.GetElapsedTime(began) > Stable) _failures = 0;
                Tell(ConnectionState.Waiting);
                await Task.Delay(pause ?? Jitter.After(_failures++, Random.Shared.NextDouble()), time, leaving);
            }
        }
        catch (Exception e)
        {
            updates.Complete(leaving.IsCancellationRequested ? null : e);
        }
    }

    /// <summary>Returns when the connection has ended.</summary>
    /// <returns>The pause before the next one; null if nothing asks for one.</returns>
    async Task<TimeSpan?> ConnectAsync(ChannelWriter<OrderUpdate> updates, CancellationToken leaving)
    {
        using CancellationTokenSource patience = new(Silence, time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, leaving);
        try
        {
            return _withoutWebSocket
                ? await StreamAsync(updates, patience, attempt.Token)
                : await SocketAsync(updates, patience, attempt.Token, leaving);
        }
        catch (Exception e) when (!leaving.IsCancellationRequested && IsLoss(e))
        {
            return null;
        }
    }

    async Task<TimeSpan?> SocketAsync(
        ChannelWriter<OrderUpdate> updates, CancellationTokenSource patience, CancellationToken attempt, CancellationToken leaving)
    {
        using ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        // The client notices a dead connection by its own pings.
        socket.Options.KeepAliveInterval = Ping;
        socket.Options.KeepAliveTimeout = Ping;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {clientSecret}");
        var isOpen = false;
        patience.CancelAfter(FirstFrame);
        try
        {
            await socket.ConnectAsync(new Uri($"ws{_order["http".Length..]}/live{_query}"), http, attempt);
            ArrayBufferWriter<byte> frame = new(ReceiveBytes);
            while (await ReceiveAsync(socket, frame, attempt))
            {
                patience.CancelAfter(Timeout.InfiniteTimeSpan);
                if (!isOpen) Tell(ConnectionState.Open);
                isOpen = true;
                Take(OrderUpdate.Read(frame.WrittenSpan), updates);
            }
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, attempt);
        }
        catch (Exception e) when (!isOpen && IsLoss(e))
        {
            // A failed handshake: see below.
        }
        if (!isOpen) return await AfterFailedHandshakeAsync(socket, leaving);
        _handshakes = 0;
        return null;
    }

    /// <summary>Finds out whether the service refused, or whether only WebSockets do not work.</summary>
    async Task<TimeSpan?> AfterFailedHandshakeAsync(ClientWebSocket socket, CancellationToken leaving)
    {
        if (socket.HttpStatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            return PauseOf(socket.HttpResponseHeaders?.GetValueOrDefault("Retry-After")?.FirstOrDefault());
        // What a proxy answered to the handshake says nothing about the order.
        using CancellationTokenSource patience = new(FirstFrame, time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, leaving);
        using var answer = await GetAsync("", static _ => { }, attempt.Token);
        if (!answer.IsSuccessStatusCode || ++_handshakes < MaxHandshakes) return null;
        _withoutWebSocket = true;
        return TimeSpan.Zero;
    }

    async Task<TimeSpan?> StreamAsync(ChannelWriter<OrderUpdate> updates, CancellationTokenSource patience, CancellationToken attempt)
    {
        using var answer = await GetAsync("/events", request =>
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(EventStream));
            if (_version > 0) request.Headers.Add("Last-Event-ID", _version.ToString(CultureInfo.InvariantCulture));
        }, attempt);
        if (answer.Content.Headers.ContentType?.MediaType != EventStream)
            return PauseOf(answer.Headers.TryGetValues("Retry-After", out var seconds) ? seconds.First() : null);
        Tell(ConnectionState.Open);
        await using HeardStream stream = new(
            await answer.Content.ReadAsStreamAsync(attempt), heard: () => patience.CancelAfter(Silence));
        await foreach (var item in SseParser.Create(stream, (_, data) => OrderUpdate.Read(data)).EnumerateAsync(attempt))
            Take(item.Data, updates);
        return null;
    }

    /// <exception cref="OrderAccessException">The service refused for good.</exception>
    async Task<HttpResponseMessage> GetAsync(string path, Action<HttpRequestMessage> prepare, CancellationToken attempt)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"{_order}{path}{_query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", clientSecret);
        prepare(request);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, attempt);
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)) return answer;
        using (answer)
        {
            var problem = await ProblemOfAsync(answer, attempt);
            throw new OrderAccessException(answer.StatusCode, problem?.Code, problem?.Detail);
        }
    }

    void Take(OrderUpdate? update, ChannelWriter<OrderUpdate> updates)
    {
        if (update is null || update.Version <= _version) return;
        _version = update.Version;
        updates.TryWrite(update);
    }

    void Tell(ConnectionState state) => options.OnStateChanged?.Invoke(state);

    /// <summary>Reads a whole frame.</summary>
    /// <returns>False when the service closes the connection.</returns>
    static async Task<bool> ReceiveAsync(ClientWebSocket socket, ArrayBufferWriter<byte> frame, CancellationToken attempt)
    {
        frame.ResetWrittenCount();
        while (frame.WrittenCount < MaxFrameBytes)
        {
            var received = await socket.ReceiveAsync(frame.GetMemory(ReceiveBytes), attempt);
            if (received.MessageType == WebSocketMessageType.Close) return false;
            frame.Advance(received.Count);
            if (received.EndOfMessage) return true;
        }
        throw new WebSocketException(WebSocketError.Faulted, "The frame is too large.");
    }

    static async Task<Problem?> ProblemOfAsync(HttpResponseMessage answer, CancellationToken attempt)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync(FrameJson.Default.Problem, attempt);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The pause that the service asks for, made up to twice as long by chance; null if it asks for none.</summary>
    static TimeSpan? PauseOf(string? retryAfter) =>
        int.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds * (1 + Random.Shared.NextDouble()))
            : null;

    /// <summary>Whether the network or the service failed, or nothing was heard for too long.</summary>
    static bool IsLoss(Exception e) => e is HttpRequestException or WebSocketException or IOException or OperationCanceledException;

    static string AddressOf(HttpClient http, Guid orderId) => http.BaseAddress is { } service
        ? $"{service.GetLeftPart(UriPartial.Path).TrimEnd('/')}/orders/{orderId}"
        : throw new InvalidOperationException("The HttpClient needs the service's address as its BaseAddress.");
}
