using System.Text;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Unit.Messaging;

public sealed class KafkaBindingTests
{
    static readonly CloudEvent Event = new(
        Guid.CreateVersion7(), EventTypes.PaymentSucceeded, "/payment-api",
        new DateTimeOffset(2026, 11, 22, 10, 30, 0, 123, TimeSpan.Zero), "the-order", "{}"u8.ToArray(),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    [Fact]
    public void An_event_is_read_as_it_was_written()
    {
        var read = KafkaBinding.Read(KafkaBinding.ToMessage(Topics.Payments, Event, Event.TraceParent, SigningKeys.Both));

        Assert.Equal(Event with { Data = read.Data }, read);
        Assert.Equal(Event.Data, read.Data);
    }

    [Fact]
    public void The_headers_are_those_of_the_binary_content_mode()
    {
        var headers = KafkaBinding.ToMessage(Topics.Payments, Event, Event.TraceParent, SigningKeys.Both).Headers
            .ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));

        Assert.Equal("1.0", headers["ce_specversion"]);
        Assert.Equal(Event.Id.ToString(), headers["ce_id"]);
        Assert.Equal("payment.succeeded", headers["ce_type"]);
        Assert.Equal("/payment-api", headers["ce_source"]);
        Assert.Equal("2026-11-22T10:30:00.1230000Z", headers["ce_time"]);
        Assert.Equal("application/json", headers["content-type"]);
        Assert.Equal(Event.TraceParent, headers["traceparent"]);
    }

    [Theory]
    [InlineData("ce_id")]
    [InlineData("ce_type")]
    [InlineData("ce_source")]
    [InlineData("ce_specversion")]
    [InlineData("ce_time")]
    public void A_message_without_a_required_attribute_is_refused(string header)
    {
        var message = KafkaBinding.ToMessage(Topics.Payments, Event, null, SigningKeys.Both);
        message.Headers.Remove(header);

        Assert.Contains(header, Assert.Throws<FormatException>(() => KafkaBinding.Read(message)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_without_headers_or_value_is_refused()
    {
        Assert.Throws<FormatException>(() => KafkaBinding.Read(new Message<string, byte[]> { Value = [1] }));
        Assert.Throws<FormatException>(() => KafkaBinding.Read(new Message<string, byte[]> { Value = null!, Headers = [] }));
    }
}
