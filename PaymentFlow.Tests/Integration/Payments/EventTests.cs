using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>The events that PaymentFlow publishes to Kafka, read by a plain client.</summary>
public sealed class EventTests(PaymentFlowApp app)
{
    [Fact]
    public async Task A_payment_is_published_as_CloudEvents_in_one_trace_from_the_request_to_the_order()
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = app.KafkaBootstrap,
            GroupId = $"test-{Guid.CreateVersion7():N}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 5,
        }).Build();
        consumer.Assign(((string[])[Topics.Payments, Topics.Orders]).SelectMany(topic => Enumerable.Range(0, 4)
            .Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning))));
        var customer = await Customer.OrdersAsync(app);

        var paid = await customer.PostAsync(
            "/process-payment", $$"""{"orderId":"{{customer.OrderId}}","paymentMethod":"pm_card_visa"}""",
            traceParent: $"00-{TraceId}-00f067aa0ba902b7-01");

        var payment = Next(consumer, Topics.Payments, customer);
        var paymentId = Guid.Parse(paid["paymentId"]!);
        var version = payment.Data["paymentVersion"]!.GetValue<long>();
        Assert.Equal("payment.succeeded", payment.Headers["ce_type"]);
        Assert.Equal("1.0", payment.Headers["ce_specversion"]);
        Assert.Equal("application/json", payment.Headers["content-type"]);
        Assert.Equal(NameBasedGuid.Create(paymentId, version).ToString(), payment.Headers["ce_id"]);
        Assert.Contains(TraceId, payment.Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal(paymentId, payment.Data["paymentId"]!.GetValue<Guid>());
        Assert.Equal("succeeded", payment.Data["status"]!.GetValue<string>());
        Assert.Equal(customer.Amount, payment.Data["amount"]!.GetValue<long>());
        Assert.Equal(0, payment.Data["amountRefunded"]!.GetValue<long>());
        Assert.Equal(customer.Order["currency"]!.GetValue<string>(), payment.Data["currency"]!.GetValue<string>());
        Assert.Equal(customer.Order["reference"]!.GetValue<string>(), payment.Data["reference"]!.GetValue<string>());

        Assert.Equal("order.created", Next(consumer, Topics.Orders, customer).Headers["ce_type"]);
        var order = Next(consumer, Topics.Orders, customer);
        Assert.Equal("order.paid", order.Headers["ce_type"]);
        Assert.Contains(TraceId, order.Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal(version, order.Data["paymentVersion"]!.GetValue<long>());
        Assert.Equal("paid", order.Data["status"]!.GetValue<string>());
    }

    readonly List<(string Topic, string Key, Dictionary<string, string> Headers, JsonNode Data)> _read = [];

    (Dictionary<string, string> Headers, JsonNode Data) Next(IConsumer<string, byte[]> consumer, string topic, Customer customer)
    {
        while (true)
        {
            var found = _read.FindIndex(message => message.Topic == topic && message.Key == customer.OrderId.ToString());
            if (found >= 0)
            {
                var message = _read[found];
                _read.RemoveAt(found);
                return (message.Headers, message.Data);
            }
            var next = consumer.Consume(TestContext.Current.CancellationToken);
            // Other tests publish malformed messages on purpose. Their keys differ from this order's.
            if (next.Message.Key != customer.OrderId.ToString()) continue;
            _read.Add((next.Topic, next.Message.Key,
                next.Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes())),
                JsonNode.Parse(next.Message.Value)!));
        }
    }
}
