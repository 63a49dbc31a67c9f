using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Journey;

/// <summary>Shows operators every recorded step of a payment.</summary>
static class JourneyEndpoint
{
    public static void AddJourney(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<JourneyStore>();
        builder.AddJourneyPruning();
    }

    public static void MapJourney(this IEndpointRouteBuilder app) =>
        app.MapGet("/payments/journey", GetAsync).WithTags("Operators").WithName("PaymentJourney").RequireAuthorization(Roles.Viewer)
            .WithSummary("A payment and its recorded steps, found by one of orderId, paymentId and paymentIntent.")
            .ProducesProblems(400, 401, 404, 422, 503);

    static async Task<Results<Ok<PaymentJourney>, ProblemHttpResult>> GetAsync(
        PaymentStore store, JourneyStore journey, RefundStore refunds, StripeOptions stripe, CancellationToken cancellationToken,
        Guid? orderId = null, Guid? paymentId = null, string? paymentIntent = null)
    {
        var payment = (orderId, paymentId, paymentIntent) switch
        {
            ({ } order, null, null) => await store.FindByOrderAsync(order, cancellationToken),
            (null, { } id, null) => await store.FindAsync(id, cancellationToken),
            (null, null, { Length: > 0 } intent) => await store.FindByIntentAsync(intent, cancellationToken),
            _ => null,
        };
        if (payment is null)
        {
            return new object?[] { orderId, paymentId, paymentIntent }.Count(given => given is not null) == 1
                ? ApiProblem.NotFound("There is no such payment.")
                : ApiProblem.Unprocessable(ProblemCodes.InvalidSearch, "Give exactly one of orderId, paymentId and paymentIntent.");
        }
        return TypedResults.Ok(new PaymentJourney(
            payment.Id, payment.OrderId, payment.Reference, payment.Status, payment.Version, payment.Amount, payment.AmountRefunded,
            payment.Currency, payment.PaymentIntentId, StripeDashboard.UrlOf(payment.PaymentIntentId, stripe),
            await journey.MethodAsync(payment, cancellationToken),
            [.. (await refunds.OfPaymentAsync(payment.Id, cancellationToken)).Select(made => RefundResponse.From(made, payment.Currency))],
            await journey.StepsAsync(payment, cancellationToken)));
    }
}
