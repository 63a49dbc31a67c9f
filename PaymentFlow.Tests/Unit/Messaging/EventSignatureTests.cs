using System.Text;
using Confluent.Kafka;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Unit.Messaging;

/// <summary>The attribute <c>signature</c> of an event.</summary>
public sealed class EventSignatureTests
{
    static readonly CloudEvent Event = new(
        Guid.Parse("0192f0c1-7d3a-7cc0-8000-000000000001"), EventTypes.PaymentSucceeded, "/payment-api",
        new DateTimeOffset(2026, 11, 22, 10, 30, 0, 123, TimeSpan.Zero), "the-order", """{"a":1}"""u8.ToArray(), TraceParent: null);

    [Fact]
    public void The_signature_is_the_one_that_the_documentation_describes()
    {
        // Computed by samples/fulfilment/fulfil.py.
        Assert.Equal(
            "0039f08b370729eeaf3ab583a665599b32125a1408bfe4197c50b7679db607d9",
            Encoding.ASCII.GetString(Signed().Headers.GetLastBytes("ce_signature")));
    }

    [Fact]
    public void A_signed_event_is_accepted_with_any_other_header_and_key_that_Kafka_or_a_tool_may_add()
    {
        var message = Signed();
        message.Key = "another";
        message.Headers.Add("traceparent", [1]);
        message.Headers.Add("x-mirrored-from", [2]);

        KafkaBinding.Verify(Topics.Payments, message, SigningKeys.Both);
    }

    public static TheoryData<string, Action<Message<string, byte[]>>> Changes => new()
    {
        { "no signature", message => message.Headers.Remove("ce_signature") },
        { "an empty signature", message => Set(message, "ce_signature", "") },
        { "a null signature", message => SetBytes(message, "ce_signature", null) },
        { "the signature in capitals", message => Set(message, "ce_signature", Get(message, "ce_signature").ToUpperInvariant()) },
        { "a longer signature", message => Set(message, "ce_signature", Get(message, "ce_signature") + "0") },
        {
            "the signature of another event",
            message => Set(message, "ce_signature", Get(Signed(Event with { Data = [1] }), "ce_signature"))
        },
        { "another id", message => Set(message, "ce_id", Guid.CreateVersion7().ToString()) },
        { "another type", message => Set(message, "ce_type", "payment.refunded") },
        { "another source", message => Set(message, "ce_source", "/elsewhere") },
        { "another time", message => Set(message, "ce_time", "2036-11-22T10:30:00.1230000Z") },
        { "another version of the specification", message => Set(message, "ce_specversion", "2.0") },
        { "other data", message => message.Value = """{"a":2}"""u8.ToArray() },
        { "more data", message => message.Value = [.. message.Value, (byte)' '] },
        { "no data", message => message.Value = null! },
        { "no headers", message => message.Headers = null },
        {
            "a second id behind the first",
            message => message.Headers.Add("ce_id", Encoding.UTF8.GetBytes(Guid.CreateVersion7().ToString()))
        },
        {
            "a byte that moved from the data to the time", message =>
            {
                Set(message, "ce_time", Get(message, "ce_time") + "{");
                message.Value = message.Value[1..];
            }
        },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void A_changed_event_is_refused(string what, Action<Message<string, byte[]>> change)
    {
        _ = what;
        var message = Signed();
        change(message);

        Assert.Throws<EventSignatureException>(() => KafkaBinding.Verify(Topics.Payments, message, SigningKeys.Both));
    }

    [Fact]
    public void The_key_of_one_topic_signs_nothing_for_another()
    {
        Assert.Throws<EventSignatureException>(() => KafkaBinding.Verify(Topics.Orders, Signed(), SigningKeys.Both));
    }

    [Fact]
    public void An_event_has_the_same_signature_whether_it_is_published_from_memory_or_from_the_outbox()
    {
        // Postgres stores microseconds.
        var inMemory = Event with { Time = Event.Time.AddTicks(7) };

        Assert.Equal(Get(Signed(), "ce_signature"), Get(Signed(inMemory), "ce_signature"));
    }

    [Fact]
    public void While_a_key_is_replaced_in_order_no_event_is_refused()
    {
        const string Old = "the-old-key-of-24-letters", New = "the-new-key-of-24-letters";
        // The steps of docs/deploy.md. During a step some replicas have the keys of the step before.
        EventKeys[] steps = [KeysOf(Old), KeysOf(Old, New), KeysOf(New, Old), KeysOf(New)];

        for (var step = 1; step < steps.Length; step++)
            foreach (var writer in steps[(step - 1)..(step + 1)])
                foreach (var reader in steps[(step - 1)..(step + 1)])
                    KafkaBinding.Verify(Topics.Payments, KafkaBinding.ToMessage(Topics.Payments, Event, null, writer), reader);

        // Without the steps between them it is refused.
        Assert.Throws<EventSignatureException>(() => KafkaBinding.Verify(
            Topics.Payments, KafkaBinding.ToMessage(Topics.Payments, Event, null, steps[0]), steps[^1]));
    }

    [Fact]
    public void An_event_of_nearly_a_megabyte_is_signed()
    {
        var message = Signed(Event with { Data = new byte[900_000] });
        KafkaBinding.Verify(Topics.Payments, message, SigningKeys.Both);

        message.Value[^1]++;
        Assert.Throws<EventSignatureException>(() => KafkaBinding.Verify(Topics.Payments, message, SigningKeys.Both));
    }

    static EventKeys KeysOf(params string[] keys) => new([new(Topics.Payments, keys)]);

    static Message<string, byte[]> Signed(CloudEvent? other = null) =>
        KafkaBinding.ToMessage(Topics.Payments, other ?? Event, null, SigningKeys.Both);

    static string Get(Message<string, byte[]> message, string header) => Encoding.UTF8.GetString(message.Headers.GetLastBytes(header));

    static void Set(Message<string, byte[]> message, string header, string value) =>
        SetBytes(message, header, Encoding.UTF8.GetBytes(value));

    static void SetBytes(Message<string, byte[]> message, string header, byte[]? value)
    {
        message.Headers.Remove(header);
        message.Headers.Add(header, value);
    }
}
