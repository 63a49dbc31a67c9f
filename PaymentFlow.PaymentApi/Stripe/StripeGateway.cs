using System.Net;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>
/// PaymentApi's calls to Stripe about PaymentIntents that exist. Those that move money have idempotency keys, so that a repeated call has
/// no second effect.
/// </summary>
public sealed class StripeGateway(StripeClient stripe)
{
    /// <summary>How many objects Stripe lists at once; its maximum.</summary>
    public const int PageSize = 100;

    /// <summary>
    /// The charge tells the card's brand and last digits. A restricted key that may refund may read charges: both are one permission.
    /// </summary>
    const string WithCharge = "latest_charge";

    /// <summary>Confirms the PaymentIntent. This is the only call that may charge.</summary>
    /// <param name="tooLate">
    /// Called before each try. Returns true when the reconciliation may have given the call up, so that it must not be sent any more
    /// (for example after the process was paused).
    /// </param>
    /// <exception cref="StripeCallException">It is not confirmed, or that is not known.</exception>
    public Task<PaymentIntent> ConfirmAsync(StripeConfirmation request, Func<bool> tooLate, CancellationToken cancellationToken) =>
        MoveMoneyAsync(() => stripe.PostAsync(
            $"/v1/payment_intents/{request.IntentId}/confirm", request.IdempotencyKey,
            [
                ("payment_method", request.PaymentMethod),
                ("return_url", request.ReturnUrl),
                ("use_stripe_sdk", request.ReturnUrl is null ? "true" : null),
                ("expand[]", WithCharge),
            ],
            stripe.Deserialize<PaymentIntent>, cancellationToken), tooLate);

    public Task<PaymentIntent> GetAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.GetAsync(
            intentId, new PaymentIntentGetOptions { Expand = [WithCharge] }, cancellationToken: cancellationToken);

    /// <summary>
    /// Cancels the PaymentIntent. If its state does not allow that, Stripe answers with the error
    /// <c>payment_intent_unexpected_state</c>, which contains the PaymentIntent.
    /// </summary>
    public Task<PaymentIntent> CancelAsync(string intentId, string reason, CancellationToken cancellationToken) =>
        stripe.V1.PaymentIntents.CancelAsync(
            intentId, new PaymentIntentCancelOptions { CancellationReason = reason }, cancellationToken: cancellationToken);

    /// <summary>Creates a refund. This is the only call that may refund.</summary>
    /// <param name="tooLate">As for <see cref="ConfirmAsync"/>.</param>
    /// <exception cref="StripeCallException">There is no refund, or that is not known.</exception>
    public Task<Refund> RefundAsync(StripeRefundRequest request, Func<bool> tooLate, CancellationToken cancellationToken)
    {
        var metadata = request.Payment.ToMetadata();
        metadata[MetadataKeys.RefundId] = request.RefundId.ToString();
        return MoveMoneyAsync(() => stripe.V1.Refunds.CreateAsync(
            new RefundCreateOptions
            {
                PaymentIntent = request.IntentId,
                Amount = request.Amount,
                Reason = request.Reason,
                Metadata = metadata,
            },
            new RequestOptions { IdempotencyKey = request.IdempotencyKey },
            cancellationToken), tooLate);
    }

    public IAsyncEnumerable<Refund> RefundsAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.Refunds.ListAutoPagingAsync(
            new RefundListOptions { PaymentIntent = intentId, Limit = PageSize }, cancellationToken: cancellationToken);

    public IAsyncEnumerable<Dispute> DisputesAsync(string intentId, CancellationToken cancellationToken) =>
        stripe.V1.Disputes.ListAutoPagingAsync(
            new DisputeListOptions { PaymentIntent = intentId, Limit = PageSize }, cancellationToken: cancellationToken);

    /// <summary>Stripe's events since the given time, newest first. Stripe lists the last 30 days.</summary>
    public IAsyncEnumerable<Event> EventsAsync(DateTime since, IEnumerable<string> types, CancellationToken cancellationToken) =>
        stripe.V1.Events.ListAutoPagingAsync(
            new EventListOptions { Created = new DateRangeOptions { GreaterThanOrEqual = since }, Types = [.. types], Limit = PageSize },
            cancellationToken: cancellationToken);

    /// <summary>Makes a call that may move money. If it fails, all of its tries decide what that means.</summary>
    static async Task<T> MoveMoneyAsync<T>(Func<Task<T>> call, Func<bool> tooLate)
    {
        Tries tries = new(tooLate);
        Tries.Current.Value = tries;
        try
        {
            return await call();
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e))
        {
            throw new StripeCallException(StripeFailures.Classify(e, tries.MayHaveArrived), e);
        }
        finally
        {
            Tries.Current.Value = null;
        }
    }

    /// <summary>
    /// The tries of one call. Stripe.net repeats a failed try and reports only the last one, but the first may have charged even if the
    /// second could not connect.
    /// </summary>
    sealed class Tries(Func<bool> tooLate)
    {
        public static readonly AsyncLocal<Tries?> Current = new();

        /// <summary>Whether a try may have reached Stripe without a known outcome.</summary>
        public bool MayHaveArrived { get; set; }

        public bool TooLate => tooLate();
    }

    /// <summary>Records how each try of a call ended. Stripe.net's client must have it.</summary>
    internal sealed class TriesHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                if (Tries.Current.Value is { TooLate: true })
                    throw new HttpRequestException(HttpRequestError.ConnectionError, "It is too late to ask Stripe: not sent.");
                var response = await base.SendAsync(request, cancellationToken);
                if (response.StatusCode is HttpStatusCode.Conflict or >= HttpStatusCode.InternalServerError) Note();
                return response;
            }
            catch (HttpRequestException e) when (NeverLeft(e))
            {
                throw;
            }
            catch
            {
                Note();
                throw;
            }
        }

        static void Note()
        {
            if (Tries.Current.Value is { } tries) tries.MayHaveArrived = true;
        }

        static bool NeverLeft(HttpRequestException exception) => exception.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
    }
}
