using System.Text;
using PaymentFlow.OrderService.Webhooks.Sending;

namespace PaymentFlow.Tests.Unit.Webhooks;

/// <summary>The signature of Standard Webhooks.</summary>
public sealed class WebhookSignatureTests
{
    const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";

    static readonly DateTimeOffset Sent = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);
    static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    static readonly byte[] Secret = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    // The example in the tests of the reference libraries (github.com/standard-webhooks/standard-webhooks).
    const string Expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    [Fact]
    public void The_signature_is_that_of_the_reference_libraries() =>
        Assert.Equal(Expected, WebhookSignature.Of(Id, Sent, Body, [Secret]));

    [Fact]
    public void With_two_secrets_there_are_two_signatures_separated_by_a_space()
    {
        var signatures = WebhookSignature.Of(Id, Sent, Body, [[1, 2, 3], Secret]).Split(' ');

        Assert.Equal(2, signatures.Length);
        Assert.StartsWith("v1,", signatures[0], StringComparison.Ordinal);
        Assert.Equal(Expected, signatures[1]);
    }

    [Fact]
    public void The_timestamp_is_in_whole_seconds() => Assert.Equal("1614265330", WebhookSignature.Seconds(Sent.AddMilliseconds(999)));
}
