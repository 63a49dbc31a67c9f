using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.Client;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Clients;

/// <summary>clients/dotnet with a service that answers as a test wants, and with a clock that a test moves.</summary>
public sealed class DotNetClientTests
{
    static readonly Guid Order = Guid.CreateVersion7();

    readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Stale_repeated_and_foreign_events_change_nothing()
    {
        await using Following following = new(_time,
            Events(Update(2), Update(1), "data: {\n\n", "data: {\"type\":\"other\",\"version\":99}\n\n", ":\n\n"),
            Events(Update(2), Update(4)),
            Events(Update(3), Update(1), Update(5, "paid")));

        await following.PassUntilAsync(() => following.Versions.Contains(5));

        Assert.Equal(following.Versions.Distinct().Order(), following.Versions);
        Assert.Equal([null, "2", "4"], following.Requests.Take(3).Select(LastEventId));
    }

    [Fact]
    public async Task It_ends_at_a_final_state_only_if_asked()
    {
        await using Following asked = new(_time, untilFinal: true, Events(Update(1, "payment_failed"), Update(2, "paid")));
        await asked.PassUntilAsync(() => asked.HasEnded);
        Assert.Equal(2, asked.Versions[^1]);

        await using Following other = new(_time, Events(Update(2, "paid")), Events(Update(3, "refunded")));
        await other.PassUntilAsync(() => other.Versions.Contains(3));
        Assert.False(other.HasEnded);
    }

    [Fact]
    public async Task A_silent_stream_is_opened_again()
    {
        Pipe silent = new();
        await using Following following = new(_time, Stream(silent.Reader.AsStream()), Events(Update(1)));
        await Eventually.TrueAsync(() => following.Requests.Count == 1);

        await silent.Writer.WriteAsync(":\n\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await following.PassUntilAsync(() => following.Versions.Contains(1));

        Assert.True(following.Elapsed >= TimeSpan.FromSeconds(45), $"It waited {following.Elapsed}.");
    }

    [Fact]
    public async Task It_waits_as_long_as_the_service_asks()
    {
        await using Following following = new(_time, () =>
        {
            HttpResponseMessage answer = new(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(10));
            return answer;
        }, Events(Update(1)));

        await following.PassUntilAsync(() => following.Versions.Contains(1));

        Assert.InRange(following.Elapsed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_secret_that_cannot_be_sent_and_a_client_without_an_address_are_errors_of_the_caller()
    {
        using HttpClient http = new();
        PaymentFlowClient client = new(http);
        foreach (var secret in (string[])["", "a b", "a\nb", "секрет"])
            await Assert.ThrowsAsync<ArgumentException>(async () => await client.FollowOrderAsync(Order, secret, cancellationToken:
                TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.FollowOrderAsync(Order, "secret", cancellationToken:
            TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken).MoveNextAsync());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(4, 16)]
    [InlineData(5, 30)]
    [InlineData(1_000, 30)]
    public void A_pause_is_anything_up_to_a_limit_that_doubles_to_thirty_seconds(int failures, double longest)
    {
        Assert.Equal(TimeSpan.Zero, Jitter.After(failures, chance: 0));
        Assert.Equal(TimeSpan.FromSeconds(longest / 2), Jitter.After(failures, chance: 0.5));
    }

    static string Update(long version, string status = "awaiting_payment") =>
        $"id: {version}\ndata: " + JsonSerializer.Serialize(
            new { type = "order.updated", orderId = Order, status, version, message = "M", at = DateTimeOffset.UnixEpoch }) + "\n\n";

    static Func<HttpResponseMessage> Events(params string[] blocks) =>
        Stream(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(blocks))));

    static Func<HttpResponseMessage> Stream(Stream body) => () => new HttpResponseMessage
    {
        Content = new StreamContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } },
    };

    static string? LastEventId(HttpRequestMessage request) =>
        request.Headers.TryGetValues("Last-Event-ID", out var values) ? values.Single() : null;

    /// <summary>A client that gets the given answers, one per request, and then refusals for a moment.</summary>
    sealed class Following : HttpMessageHandler, IAsyncDisposable
    {
        readonly FakeTimeProvider _time;
        readonly DateTimeOffset _began;
        readonly ConcurrentQueue<Func<HttpResponseMessage>> _answers;
        readonly ConcurrentQueue<HttpRequestMessage> _requests = [];
        readonly ConcurrentQueue<long> _versions = [];
        readonly CancellationTokenSource _leaving = new();
        readonly Task _following;

        public Following(FakeTimeProvider time, params Func<HttpResponseMessage>[] answers) : this(time, untilFinal: false, answers)
        {
        }

        public Following(FakeTimeProvider time, bool untilFinal, params Func<HttpResponseMessage>[] answers)
        {
            (_time, _began, _answers) = (time, time.GetUtcNow(), new(answers));
            _following = FollowAsync(new FollowOrderOptions { UntilFinal = untilFinal, WithoutWebSocket = true });
        }

        public IReadOnlyList<HttpRequestMessage> Requests => [.. _requests];

        public IReadOnlyList<long> Versions => [.. _versions];

        public bool HasEnded => _following.IsCompleted;

        public TimeSpan Elapsed => _time.GetUtcNow() - _began;

        /// <summary>Moves the clock by seconds until the condition is true.</summary>
        public Task PassUntilAsync(Func<bool> condition) => Eventually.TrueAsync(() =>
        {
            if (condition()) return true;
            _time.Advance(TimeSpan.FromSeconds(1));
            return false;
        });

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _requests.Enqueue(request);
            return Task.FromResult(_answers.TryDequeue(out var answer)
                ? answer()
                : new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        }

        async Task FollowAsync(FollowOrderOptions options)
        {
            using HttpClient http = new(this, disposeHandler: false) { BaseAddress = new Uri("http://orders.example/base/") };
            try
            {
                await foreach (var update in new PaymentFlowClient(http, _time).FollowOrderAsync(Order, "secret", options, _leaving.Token))
                    _versions.Enqueue(update.Version);
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
                // The test is over.
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _leaving.CancelAsync();
            await _following;
            _leaving.Dispose();
            Dispose();
        }
    }
}
