using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>A message that could not be applied waits as a dead letter until an operator replays it after a fix.</summary>
public sealed class DeadLetterTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task A_payment_of_a_missing_order_is_applied_by_a_replay_after_the_order_is_restored()
    {
        var lost = await app.LosePaymentAsync();

        // Later messages of the partition are applied.
        var neighbor = await app.CreateAsync();
        await app.PublishAsync(neighbor.Payment(version: 2), message => message.Key = lost.OrderId.ToString());
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", neighbor.Id);

        // Before the fix a replay is refused with the reason, and the dead letter stays.
        var refused = await ReplayAsync(lost.EventId);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "replay_refused"), (refused.Status, refused.Code));
        Assert.Contains("there is no such order", refused["detail"], StringComparison.Ordinal);
        Assert.Contains(await WaitingAsync(), letter => letter["id"]!.GetValue<Guid>() == lost.EventId);

        var order = await app.RestoreAsync(lost.OrderId);
        using var live = await LiveClient.OpenAsync(app, order);
        Assert.Equal("awaiting_payment", (await live.NextAsync())!.Status);

        var replayed = await ReplayAsync(lost.EventId);

        Assert.Equal(HttpStatusCode.OK, replayed.Status);
        Assert.Equal("paid", replayed.Body!["order"]!["status"]!.GetValue<string>());
        Assert.Equal("paid", (await live.NextAsync())!.Status);
        await app.UntilAsync(
            1L, "SELECT count(*) FROM outbox WHERE key = $1 AND type = 'order.paid' AND published_at IS NOT NULL", order.Id.ToString());
        Assert.DoesNotContain(await WaitingAsync(), letter => letter["id"]!.GetValue<Guid>() == lost.EventId);
    }

    [Fact]
    public async Task A_second_replay_is_refused_and_changes_nothing()
    {
        var lost = await app.LosePaymentAsync();
        await app.RestoreAsync(lost.OrderId);
        Assert.Equal(HttpStatusCode.OK, (await ReplayAsync(lost.EventId)).Status);

        var again = await ReplayAsync(lost.EventId);

        Assert.Equal((HttpStatusCode.Conflict, "already_replayed"), (again.Status, again.Code));
        Assert.NotNull(again["replayedAt"]);
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM outbox WHERE key = $1", lost.OrderId.ToString()));
    }

    [Fact]
    public async Task Concurrent_replays_apply_a_dead_letter_once()
    {
        var lost = await app.LosePaymentAsync();
        await app.RestoreAsync(lost.OrderId);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReplayAsync(lost.EventId)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer =>
            answer is { Status: HttpStatusCode.Conflict, Code: "already_replayed" or "replay_in_progress" }));
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM outbox WHERE key = $1", lost.OrderId.ToString()));
    }

    [Fact]
    public async Task A_replay_of_an_old_event_does_not_move_the_order_back()
    {
        var lost = await app.LosePaymentAsync();
        await app.RestoreAsync(lost.OrderId);
        await app.PublishAsync(lost with { PaymentVersion = lost.PaymentVersion + 1, Status = "refunded", AmountRefunded = lost.Amount });
        await app.UntilAsync("refunded", "SELECT status FROM orders WHERE id = $1", lost.OrderId);

        var replayed = await ReplayAsync(lost.EventId);

        Assert.Equal(HttpStatusCode.OK, replayed.Status);
        Assert.Equal("refunded", replayed.Body!["order"]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_message_that_can_never_be_applied_stays_and_is_readable()
    {
        var order = await app.CreateAsync();
        var wrong = order.Payment(version: 2) with { Amount = order.Amount + 1 };
        await app.PublishAsync(wrong);
        var garbled = order.Payment(version: 3);
        await app.PublishAsync(garbled, message => message.Value = "{\"half\":"u8.ToArray());
        foreach (var id in new[] { wrong.EventId, garbled.EventId }) await app.UntilAsync(1L, OrdersApp.IsDeadLettered, id);

        Assert.Equal("replay_refused", (await ReplayAsync(wrong.EventId)).Code);
        Assert.Equal("replay_refused", (await ReplayAsync(garbled.EventId)).Code);

        var waiting = await WaitingAsync();
        var first = Assert.Single(waiting, letter => letter["id"]!.GetValue<Guid>() == wrong.EventId);
        Assert.Equal("payments", first["topic"]!.GetValue<string>());
        Assert.Equal(wrong.Amount, first["event"]!["amount"]!.GetValue<long>());
        Assert.Equal("payment.succeeded", first["headers"]!["ce_type"]!.GetValue<string>());
        Assert.Contains("amount or currency", first["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(first["offset"]!.GetValue<long>() >= 0 && first["partition"]!.GetValue<int>() >= 0);
        var second = Assert.Single(waiting, letter => letter["id"]!.GetValue<Guid>() == garbled.EventId);
        Assert.Equal("{\"half\":", second["text"]!.GetValue<string>());
        Assert.Equal("awaiting_payment", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", order.Id));
    }

    public static TheoryData<string> Unwritable =>
    [
        """ "\ud800" """,
        """{"\udc00":1}""",
        """{"a":["\ud800\ud800"]}""",
        $"{new string('[', 60)}{new string(']', 60)}",
        $"{new string('[', 500)}{new string(']', 500)}",
    ];

    [Theory]
    [MemberData(nameof(Unwritable))]
    public async Task A_message_that_is_JSON_but_cannot_be_written_as_JSON_is_shown_as_text(string value)
    {
        var payment = (await app.CreateAsync()).Payment(version: 2);
        await app.PublishAsync(payment, message => message.Value = Encoding.UTF8.GetBytes(value));
        await app.UntilAsync(1L, OrdersApp.IsDeadLettered, payment.EventId);

        var shown = Assert.Single(await WaitingAsync(), letter => letter["id"]!.GetValue<Guid>() == payment.EventId);

        Assert.Equal(value, shown["text"]!.GetValue<string>());
        Assert.Null(shown["event"]);
        Assert.False(shown["truncated"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_list_cuts_long_values_and_says_so()
    {
        var order = await app.CreateAsync();
        var (large, headers) = (order.Payment(version: 2), order.Payment(version: 3) with { Amount = order.Amount + 1 });
        await app.PublishAsync(large, message => message.Value = Encoding.UTF8.GetBytes($"{{\"x\":\"{new string('x', 900_000)}\"}}"));
        await app.PublishAsync(headers, message =>
        {
            message.Headers.Add("x-long", new byte[100_000]);
            for (var i = 0; i < 100; i++) message.Headers.Add($"x-{i}", [65]);
        });
        foreach (var id in new[] { large.EventId, headers.EventId }) await app.UntilAsync(1L, OrdersApp.IsDeadLettered, id);

        var waiting = await WaitingAsync();

        var first = Assert.Single(waiting, letter => letter["id"]!.GetValue<Guid>() == large.EventId);
        Assert.True(first["truncated"]!.GetValue<bool>());
        Assert.StartsWith("{\"x\":\"xxx", first["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.InRange(first.ToJsonString().Length, 4_096, 10_000);
        var second = Assert.Single(waiting, letter => letter["id"]!.GetValue<Guid>() == headers.EventId);
        Assert.True(second["truncated"]!.GetValue<bool>());
        Assert.Equal(headers.Amount, second["event"]!["amount"]!.GetValue<long>());
        Assert.Equal("payment.succeeded", second["headers"]!["ce_type"]!.GetValue<string>());
        Assert.InRange(second.ToJsonString().Length, 500, 10_000);
    }

    [Fact]
    public async Task Many_replays_at_once_leave_database_connections_for_each_other()
    {
        var model = (await app.CreateAsync()).Payment(version: 2);
        List<Guid> lost = [];
        for (var i = 0; i < 24; i++)
        {
            var payment = model with { PaymentId = Guid.CreateVersion7(), OrderId = Guid.CreateVersion7() };
            await app.PublishAsync(payment);
            lost.Add(payment.EventId);
        }
        foreach (var id in lost) await app.UntilAsync(1L, OrdersApp.IsDeadLettered, id);

        var answers = await Task.WhenAll(lost.Select(ReplayAsync));

        Assert.All(answers, answer => Assert.Equal("replay_refused", answer.Code));
    }

    [Fact]
    public async Task The_list_is_paged_with_the_oldest_first()
    {
        for (var i = 0; i < 3; i++) await app.LosePaymentAsync();

        var all = await WaitingAsync();
        List<JsonNode> walked = [];
        for (Guid? after = null; ;)
        {
            var page = await app.AsOperatorAsync(HttpMethod.Get, $"/dead-letters?limit=2{(after is null ? "" : $"&after={after}")}");
            var letters = page.Body!["deadLetters"]!.AsArray();
            Assert.True(letters.Count <= 2);
            walked.AddRange(letters!);
            if (page.Body["next"] is null) break;
            after = page.Body["next"]!.GetValue<Guid>();
        }

        var times = walked.Select(letter => letter["receivedAt"]!.GetValue<DateTime>()).ToList();
        Assert.Equal(times.Order(), times);
        // Other tests may add dead letters while this test reads the pages.
        Assert.Equal(all.Select(letter => letter["id"]!.ToString()), walked.Select(letter => letter["id"]!.ToString()).Take(all.Count));
        Assert.Equal("invalid_limit", (await app.AsOperatorAsync(HttpMethod.Get, "/dead-letters?limit=0")).Code);
    }

    [Fact]
    public async Task The_dead_letters_of_one_order_are_listed_and_replayed_alone()
    {
        var (lost, another) = (await app.LosePaymentAsync(), await app.LosePaymentAsync());
        await app.RestoreAsync(lost.OrderId);
        await app.RestoreAsync(another.OrderId);

        var listed = await app.AsOperatorAsync(HttpMethod.Get, $"/dead-letters?order={lost.OrderId}");
        var replayed = await ReplayManyAsync(new { order = lost.OrderId });

        Assert.Equal(lost.EventId, Assert.Single(listed.Body!["deadLetters"]!.AsArray())!["id"]!.GetValue<Guid>());
        Assert.Equal(("1", "0"), (replayed["replayed"], replayed["refused"]));
        Assert.Equal("paid, awaiting_payment", await app.QueryAsync<string>("""
            SELECT (SELECT status FROM orders WHERE id = $1) || ', ' || (SELECT status FROM orders WHERE id = $2)
            """, lost.OrderId, another.OrderId));
    }

    [Fact]
    public async Task Every_attempted_replay_is_recorded()
    {
        var lost = await app.LosePaymentAsync();
        await ReplayAsync(lost.EventId);

        var actions = await app.AsOperatorAsync(HttpMethod.Get, $"/operator-actions?target={lost.EventId}");

        var action = Assert.Single(actions.Body!["actions"]!.AsArray())!;
        Assert.Equal("dead_letter.replay", action["action"]!.GetValue<string>());
        Assert.Equal(("Anna", "127.0.0.1"), (action["actor"]!.GetValue<string>(), action["address"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_bulk_replay_applies_what_matches_its_filter_and_nothing_else()
    {
        var (lost, others) = (await LoseAsync(3), await LoseAsync(1));
        foreach (var order in (Guid[])[lost[0].OrderId, others[0].OrderId]) await app.RestoreAsync(order);

        var answer = await ReplayManyAsync(new { reason = lost[0].OrderId, topic = "payments" });

        Assert.Equal((HttpStatusCode.OK, 3, 0), (answer.Status, Number(answer, "replayed"), Number(answer, "refused")));
        Assert.Null(answer.Body!["next"]);
        Assert.Equal("paid", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", lost[0].OrderId));
        Assert.Equal(1L, await StillWaitingAsync(others));
        // Times and the topic are filters as well.
        foreach (var filter in (object[])[
            new { reason = others[0].OrderId, topic = "orders" },
            new { reason = others[0].OrderId, to = "2001-01-01T00:00:00Z" },
            new { reason = others[0].OrderId, from = "2101-01-01T00:00:00Z" }])
            Assert.Equal(0, Number(await ReplayManyAsync(filter), "replayed"));
        // A repeated request applies nothing twice.
        Assert.Equal(0, Number(await ReplayManyAsync(new { reason = lost[0].OrderId }), "replayed"));
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM outbox WHERE key = $1", lost[0].OrderId.ToString()));
        Assert.Equal(1, Number(await ReplayManyAsync(new { reason = others[0].OrderId, from = "2001-01-01T00:00:00Z" }), "replayed"));
    }

    [Fact]
    public async Task A_bulk_replay_goes_on_behind_what_is_still_refused_and_is_recorded()
    {
        var lost = await LoseAsync(3);
        var reason = lost[0].OrderId;

        var first = await ReplayManyAsync(new { reason, limit = 2 });
        var second = await ReplayManyAsync(new { reason, limit = 2, after = first.Body!["next"]!.GetValue<Guid>() });

        Assert.Equal((0, 2), (Number(first, "replayed"), Number(first, "refused")));
        Assert.Equal((0, 1), (Number(second, "replayed"), Number(second, "refused")));
        Assert.Null(second.Body!["next"]);
        Assert.Equal(3L, await StillWaitingAsync(lost));
        Assert.Equal(2L, await app.QueryAsync<long>(
            "SELECT count(*) FROM operator_actions WHERE action = 'dead_letters.replay' AND details ->> 'reason' = $1", reason.ToString()));
        Assert.Equal(3L, await app.QueryAsync<long>(
            "SELECT count(*) FROM operator_actions WHERE action = 'dead_letter.replay' AND target = ANY($1)",
            (object)lost.Select(payment => payment.EventId.ToString()).ToArray()));
    }

    [Fact]
    public async Task Bulk_replays_at_once_apply_each_dead_letter_once()
    {
        var lost = await LoseAsync(4);
        await app.RestoreAsync(lost[0].OrderId);

        // Each waits until no other is replaying in bulk.
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReplayManyAsync(new { reason = lost[0].OrderId })));

        Assert.Equal(4, answers.Sum(answer => Number(answer, "replayed")));
        Assert.True(await app.QueryAsync<bool>(
            "SELECT count(*) = count(DISTINCT event_id) FROM outbox WHERE key = $1", lost[0].OrderId.ToString()));
    }

    [Theory]
    [InlineData("""{"limit":0}""", 422, "invalid_limit")]
    [InlineData("""{"limit":201}""", 422, "invalid_limit")]
    [InlineData("""{"limit":null}""", 400, "malformed_request")]
    [InlineData("""{"reason":"\u0000"}""", 422, "invalid_filter")]
    [InlineData("""{"topic":"\u0000"}""", 422, "invalid_filter")]
    [InlineData("""{"reason":"\ud800"}""", 400, "malformed_request")]
    [InlineData("""{"from":"yesterday"}""", 400, "malformed_request")]
    [InlineData("""{"after":"x"}""", 400, "malformed_request")]
    [InlineData("""{"filter":"x"}""", 422, "unknown_field")]
    [InlineData("null", 400, "malformed_request")]
    public async Task A_wrong_filter_replays_nothing(string filter, int status, string code)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/dead-letters/replay")
        {
            Content = new StringContent(filter, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Operator-Key", app.OperatorKey);

        var answer = await Answer.OfAsync(await app.Http.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((status, code), ((int)answer.Status, answer.Code));
    }

    [Fact]
    public async Task Only_an_operator_sees_or_replays_dead_letters()
    {
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/dead-letters"),
            (HttpMethod.Post, $"/dead-letters/{Guid.CreateVersion7()}/replay"),
            (HttpMethod.Post, "/dead-letters/replay"),
            (HttpMethod.Get, "/operator-actions"),
        })
        {
            foreach (var key in new[] { ("X-Service-Key", app.ServiceKey), ("X-Api-Key", app.MerchantKey), ("X-Operator-Key", "guess") })
            {
                var answer = await app.SendAsync(method, path, null, key);
                Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (answer.Status, answer.Code));
            }
        }
        Assert.Equal("not_found", (await ReplayAsync(Guid.CreateVersion7())).Code);
    }

    Task<Answer> ReplayAsync(Guid id) => app.AsOperatorAsync(HttpMethod.Post, $"/dead-letters/{id}/replay");

    /// <summary>Another test may be replaying in bulk at the same time.</summary>
    async Task<Answer> ReplayManyAsync(object filter)
    {
        Answer? answer = null;
        await Eventually.TrueAsync(async () => (answer = await TryReplayManyAsync(filter)).Code != "replay_in_progress");
        return answer!;
    }

    Task<Answer> TryReplayManyAsync(object filter) => app.SendAsync(
        HttpMethod.Post, "/dead-letters/replay", filter, ("X-Operator-Key", app.OperatorKey), ("X-Operator-Name", "Anna"));

    Task<long> StillWaitingAsync(PaymentEvent[] payments) => app.QueryAsync<long>(
        "SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL AND event_id = ANY($1)",
        payments.Select(payment => payment.EventId).ToArray());

    static int Number(Answer answer, string name) => answer.Body![name]!.GetValue<int>();

    /// <summary>Publishes versions of the payment of one missing order, whose id is in the reason of each dead letter.</summary>
    async Task<PaymentEvent[]> LoseAsync(int count)
    {
        var model = await app.PayMissingOrderAsync();
        PaymentEvent[] lost = [.. Enumerable.Range(0, count).Select(i => model with { PaymentVersion = 2 + i })];
        foreach (var payment in lost) await app.PublishAsync(payment);
        foreach (var payment in lost) await app.UntilAsync(1L, OrdersApp.IsDeadLettered, payment.EventId);
        return lost;
    }

    async Task<IReadOnlyList<JsonNode>> WaitingAsync() =>
        [.. (await app.AsOperatorAsync(HttpMethod.Get, "/dead-letters?limit=200")).Body!["deadLetters"]!.AsArray()!];
}
