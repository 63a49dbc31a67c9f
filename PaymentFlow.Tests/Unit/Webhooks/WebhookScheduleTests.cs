using System.Text;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.OrderService.Webhooks.Deliveries;

namespace PaymentFlow.Tests.Unit.Webhooks;

/// <summary>When a delivery is tried again, and what is sent.</summary>
public sealed class WebhookScheduleTests
{
    static readonly WebhookOptions Options = new();

    [Fact]
    public void The_waits_are_the_documented_ones_shortened_at_random_by_up_to_a_fifth()
    {
        double[] seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        for (var failures = 0; failures < seconds.Length; failures++)
        {
            for (var draw = 0; draw < 100; draw++)
            {
                Assert.InRange(
                    WebhookDeliverer.WaitAfter(failures, "order.paid", Options)!.Value.TotalSeconds,
                    seconds[failures] * 0.8, seconds[failures]);
            }
        }
        Assert.Null(WebhookDeliverer.WaitAfter(seconds.Length, "order.paid", Options));
    }

    [Fact]
    public void A_test_event_is_tried_once() => Assert.Null(WebhookDeliverer.WaitAfter(0, "webhook.test", Options));

    [Fact]
    public void If_every_other_endpoint_hangs_one_can_still_be_tried() =>
        Assert.True(Options.AtOnce >= Options.PerEndpoint * WebhookOptions.MaxEndpoints);

    [Fact]
    public void A_claim_is_longer_than_a_try() => Assert.True(Options.Claim > Options.Timeout);

    [Fact]
    public void The_data_is_sent_byte_by_byte_as_it_is_in_the_topic()
    {
        const string Data = """{ "orderId":"1",  "amount":1e3, "later":{"ы":"\u0041"}}""";

        var body = WebhookBody.Of(
            "order.paid", new DateTimeOffset(2026, 11, 29, 12, 0, 0, 123, TimeSpan.FromHours(1)), Encoding.UTF8.GetBytes(Data));

        Assert.Equal(
            $$"""{"type":"order.paid","timestamp":"2026-11-29T11:00:00.1230000Z","data":{{Data}}}""", Encoding.UTF8.GetString(body));
    }
}
