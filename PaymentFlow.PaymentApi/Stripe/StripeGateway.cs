using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>
/// PaymentApi's calls to Stripe. Those that create something or move money have idempotency keys, so that a repeated call has no second
/// effect.
/// </summary>
public sealed partial class StripeGateway(StripeClient stripe)
{
    /// <summary>How many objects Stripe lists at once; its maximum.</summary>
    public const int PageSize = 100;

    /// <summary>
    /// The charge tells the card's brand and last digits. A restricted key that may refund may read charges: both are one permission.
    /// </summary>
    const string WithCharge = "latest_charge";

    /// <summary>Creates a PaymentIntent, unconfirmed. Moves no money.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="StripeException">Stripe did not create it. The other exceptions of a call to Stripe are possible, too.</exception>
    public Task<string> CreateAsync(StripeCreation request, CancellationToken cancellationToken) => PostAsync(
        "/v1/payment_intents", request.IdempotencyKey,
        [
            ("amount", request.Amount.ToString(CultureInfo.InvariantCulture)),
            ("currency", request.Currency),
            ("automatic_payment_methods[enabled]", "true"),
            ("automatic_payment_methods[allow_redirects]", request.AllowRedirects ? "always" : "never"),
            .. request.Payment.ToMetadata().Select(entry => ($"metadata[{entry.Key}]", (string?)entry.Value)),
            (StripeCreation.ReceiptEmailParameter, request.ReceiptEmail),
        ],
        answer => JsonSerializer.Deserialize(answer, AnswerJson.Default.CreatedIntent)?.Id, cancellationToken);

    /// <summary>Confirms the PaymentIntent. This is the only call that may charge.</summary>
    /// <param name="tooLate">
    /// Called before each try. Returns true when the reconciliation may have given the call up, so that it must not be sent any more
    /// (for example after the process was paused).
    /// </param>
    /// <exception cref="StripeCallException">It is not confirmed, or that is not known.</exception>
    public Task<PaymentIntent> ConfirmAsync(StripeConfirmation request, Func<bool> tooLate, CancellationToken cancellationToken) =>
        MoveMoneyAsync(() => PostAsync(
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

    /// <summary>
    /// Sends a form. The two requests of each payment use it: Stripe.net's typed options build the same forms by reflection over all of
    /// their properties, which is the most expensive part of such a request (docs/performance.md). Stripe.net adds the keys, repeats a
    /// failed try and turns a refusal into an exception, as always.
    /// </summary>
    /// <param name="form">The parameters. One without a value is left out.</param>
    /// <param name="read">Reads the object that Stripe's answer contains.</param>
    /// <exception cref="StripeException">Stripe refused the request, or its answer has no such object.</exception>
    async Task<T> PostAsync<T>(
        string path, string idempotencyKey, IEnumerable<(string Name, string? Value)> form, Func<string, T?> read,
        CancellationToken cancellationToken) where T : class
    {
        var given = form.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value));
        var response = await stripe.RawRequestAsync(
            HttpMethod.Post, path, QueryString.Create(given).ToString().TrimStart('?'),
            new RawRequestOptions { IdempotencyKey = idempotencyKey }, cancellationToken);
        T? answer;
        try
        {
            answer = read(response.Content);
        }
        catch (JsonException)
        {
            answer = null;
        }
        return answer ?? throw new StripeException(response.StatusCode, null, "Stripe's answer is not the object that was asked for.");
    }

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

    /// <summary>Stripe's answer to a request to create a PaymentIntent, as far as it is read.</summary>
    sealed record CreatedIntent(string Id);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(CreatedIntent))]
    sealed partial class AnswerJson : JsonSerializerContext;
}
