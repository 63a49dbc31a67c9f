using System.Text;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Contracts;

/// <summary>Both APIs read a JSON body in the same way.</summary>
public sealed class RequestFormatTests(PaymentFlowApp app)
{
    [Theory]
    [InlineData("application/json; charset=\"utf-8\"", null, 422)]
    [InlineData("application/json; charset=utf8", null, 422)]
    [InlineData("application/json; charset=x-unknown", null, 415)]
    [InlineData("application/json; charset=", null, 415)]
    [InlineData("application/json", "gzip", 415)]
    public async Task A_body_in_a_known_charset_is_read_and_another_is_refused(string type, string? coding, int status)
    {
        foreach (var address in (Uri[])[new(app.OrderService, "/orders"), new(app.PaymentApi, "/payments/cancel")])
        {
            using HttpClient http = new();
            using ByteArrayContent body = new(Encoding.UTF8.GetBytes("""{"unknown":1}"""));
            body.Headers.TryAddWithoutValidation("Content-Type", type);
            if (coding is not null) body.Headers.Add("Content-Encoding", coding);

            var answer = await Answer.OfAsync(await http.PostAsync(address, body, TestContext.Current.CancellationToken));

            Assert.Equal(
                (status, status == 415 ? "unsupported_media_type" : "unknown_field"), ((int)answer.Status, answer.Code));
        }
    }
}
