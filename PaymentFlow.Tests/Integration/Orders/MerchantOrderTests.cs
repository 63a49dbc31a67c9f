using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>Another team's shop sets reference and amount of its orders, and learns from the topics which ones to fulfill.</summary>
public sealed class MerchantOrderTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    [Theory]
    [InlineData("eur", 4200)]
    [InlineData("jpy", 50)]
    [InlineData("kwd", 1230)]
    [InlineData("isk", 50_000)]
    [InlineData("idr", 999_999_999_999)]
    public async Task A_merchants_order_is_charged_exactly_and_every_event_has_its_reference(string currency, long amount)
    {
        using var topics = Read(Topics.Payments, Topics.Orders);
        var reference = $"shop-{Guid.CreateVersion7()}";
        var order = await CreateAsync(new { reference, amount, currency, description = "Two nights" });
        using var live = await LiveClient.OpenAsync(app, order);

        var paid = await PayAsync(order);

        Assert.Equal((HttpStatusCode.OK, "succeeded", currency), (paid.Status, paid["status"], paid["currency"]));
        await live.UntilAsync("paid");
        HashSet<string> told = [];
        while (!told.IsSupersetOf(["order.created", "payment.succeeded", "order.paid"]))
        {
            var message = topics.Consume(TestContext.Current.CancellationToken);
            if (message.Message.Key != order.Id.ToString()) continue;
            var data = JsonNode.Parse(message.Message.Value)!;
            Assert.Equal((reference, amount, currency),
                (data["reference"]!.GetValue<string>(), data["amount"]!.GetValue<long>(), data["currency"]!.GetValue<string>()));
            told.Add(System.Text.Encoding.UTF8.GetString(message.Message.Headers.GetLastBytes("ce_type")));
        }

        var charge = Assert.Single(await ChargesAsync(order));
        Assert.Equal((amount, currency), (charge["amount"]!.GetValue<long>(), charge["currency"]!.GetValue<string>()));
        var seen = await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}");
        Assert.Equal(("paid", reference, "Two nights"), (seen["status"], seen["reference"], seen["description"]));
        Assert.Empty(seen.Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task The_payer_of_a_merchants_order_cannot_set_the_amount()
    {
        var order = await CreateAsync(new { reference = $"shop-{Guid.CreateVersion7()}", amount = 4200, currency = "usd" });
        using HttpClient payments = new() { BaseAddress = host.PaymentApi };
        using HttpRequestMessage request = new(HttpMethod.Post, "/process-payment")
        {
            Content = JsonContent.Create(new { orderId = order.Id, paymentMethod = "pm_card_visa", amount = 1 }),
        };
        request.Headers.Authorization = new("Bearer", order.ClientSecret);

        var answer = await Answer.OfAsync(await payments.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "unknown_field"), (answer.Status, answer.Code));
        Assert.Empty(await ChargesAsync(order));
    }

    [Fact]
    public async Task A_refund_is_a_multiple_of_what_its_currency_allows()
    {
        var order = await CreateAsync(new { reference = $"shop-{Guid.CreateVersion7()}", amount = 1230, currency = "kwd" });
        var payment = Guid.Parse((await PayAsync(order))["paymentId"]!);
        BackOffice anna = new(host.App);

        var refused = await anna.RefundAsync(payment, 225);
        var refunded = await anna.RefundAsync(payment, 230);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "amount_invalid_for_currency"), (refused.Status, refused.Code));
        Assert.Equal((HttpStatusCode.OK, "230"), (refunded.Status, refunded["amount"]));
    }

    [Fact]
    public async Task Concurrent_requests_with_one_reference_create_one_order()
    {
        var body = new { reference = $"shop-{Guid.CreateVersion7()}", amount = 4200, currency = "usd" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            app.SendAsync(HttpMethod.Post, "/orders", body, ("X-Api-Key", app.MerchantKey))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(answer => answer.Code == "duplicate_reference"));
    }

    async Task<CreatedOrder> CreateAsync(object body)
    {
        var answer = await app.SendAsync(HttpMethod.Post, "/orders", body, ("X-Api-Key", app.MerchantKey));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return answer.Body.Deserialize<CreatedOrder>(JsonSerializerOptions.Web)!;
    }

    async Task<Answer> PayAsync(CreatedOrder order)
    {
        using HttpClient payments = new() { BaseAddress = host.PaymentApi };
        using HttpRequestMessage request = new(HttpMethod.Post, "/process-payment")
        {
            Content = JsonContent.Create(new { orderId = order.Id, paymentMethod = "pm_card_visa" }),
        };
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        return await Answer.OfAsync(await payments.SendAsync(request, TestContext.Current.CancellationToken));
    }

    async Task<IReadOnlyList<JsonNode>> ChargesAsync(CreatedOrder order)
    {
        using HttpClient sandbox = new() { BaseAddress = host.StripeSandbox };
        var all = await sandbox.GetFromJsonAsync<JsonArray>("/_sandbox/charges", TestContext.Current.CancellationToken);
        return [.. all!.Where(charge => charge!["metadata"]?["order_id"]?.GetValue<string>() == order.Id.ToString())!];
    }

    /// <summary>A consumer that reads the topics from their current end.</summary>
    IConsumer<string, byte[]> Read(params IEnumerable<string> topics)
    {
        var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = host.KafkaBootstrap,
            GroupId = $"test-{Guid.CreateVersion7():N}",
            EnableAutoCommit = false,
            FetchWaitMaxMs = 5,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        consumer.Assign(
        [
            .. from topic in topics
               from partition in admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics[0].Partitions
               let here = new TopicPartition(topic, partition.PartitionId)
               select new TopicPartitionOffset(here, consumer.QueryWatermarkOffsets(here, TimeSpan.FromSeconds(30)).High),
        ]);
        return consumer;
    }
}
