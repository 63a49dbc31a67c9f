using System.Net;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>
/// Runs a call that may move money, and tracks all of its tries. Stripe.net repeats a failed try automatically and reports only the last
/// one, but the first try may have charged even if the second could not connect.
/// </summary>
sealed class StripeCallTracker
{
    static readonly AsyncLocal<StripeCallTracker?> Current = new();

    readonly Func<bool> _tooLate;

    StripeCallTracker(Func<bool> tooLate) => _tooLate = tooLate;

    /// <summary>Whether a try may have reached Stripe without a known outcome.</summary>
    public bool MayHaveArrived { get; private set; }

    /// <param name="tooLate">
    /// Called before each try. Returns true when the reconciliation may have given the call up, so that it must not be sent any more
    /// (for example after the process was paused).
    /// </param>
    /// <exception cref="StripeCallException">Stripe did not do what was asked, or its answer is not known.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> call, Func<bool> tooLate)
    {
        StripeCallTracker tries = new(tooLate);
        Current.Value = tries;
        try
        {
            return await call();
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e))
        {
            throw new StripeCallException(StripeFailures.Classify(e, tries), e);
        }
        finally
        {
            Current.Value = null;
        }
    }

    /// <summary>Records how each try ended.</summary>
    internal sealed class Handler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                if (Current.Value?._tooLate() == true)
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
            if (Current.Value is { } tries) tries.MayHaveArrived = true;
        }

        static bool NeverLeft(HttpRequestException exception) => exception.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
    }
}
