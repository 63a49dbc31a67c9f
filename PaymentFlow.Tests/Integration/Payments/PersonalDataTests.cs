using System.Net;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>An operator exports and erases what is stored about a payment's customer.</summary>
public sealed class PersonalDataTests(PaymentFlowApp app)
{
    [Fact]
    public async Task A_return_URL_is_erased_once_the_payment_is_final_and_the_books_stay()
    {
        BackOffice anna = new(app.App);
        var customer = await Customer.OrdersAsync(app);
        var returnUrl = new Uri(app.Web, "/return?name=Anna").ToString();
        var declined = await customer.PayAsync("pm_card_chargeDeclined", returnUrl: returnUrl);
        var payment = declined.Body!["paymentId"]!.GetValue<Guid>();
        var path = $"/payments/{payment}/personal-data";

        var early = await anna.SendAsync(HttpMethod.Delete, path);
        Assert.Equal("succeeded", (await customer.PayAsync(returnUrl: returnUrl))["status"]);
        var exported = await anna.SendAsync(HttpMethod.Get, path);
        var before = await anna.PaymentAsync(payment);
        var erased = await anna.SendAsync(HttpMethod.Delete, path);
        var after = await anna.SendAsync(HttpMethod.Get, path);

        Assert.Equal((HttpStatusCode.Conflict, "payment_open"), (early.Status, early.Code));
        Assert.Equal([returnUrl, returnUrl], exported.Body!["attempts"]!.AsArray().Select(attempt => attempt!["returnUrl"]!.ToString()));
        Assert.Equal(HttpStatusCode.NoContent, erased.Status);
        Assert.Equal([null, null], after.Body!["attempts"]!.AsArray().Select(attempt => attempt!["returnUrl"]));
        Assert.Equal(before.Body!.ToJsonString(), (await anna.PaymentAsync(payment)).Body!.ToJsonString());
        Assert.Equal(["payment.export", "payment.erase", "payment.export"], (await anna.ActionsAsync()).Body!["actions"]!.AsArray()
            .Where(action => action!["target"]!.ToString() == payment.ToString()).Select(action => action!["action"]!.ToString()));
        Assert.Equal("not_found", (await anna.SendAsync(HttpMethod.Delete, $"/payments/{Guid.CreateVersion7()}/personal-data")).Code);
    }
}
