using System.Net;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>
/// What became of the tries of one call. Stripe.net repeats a failed try by itself and tells of the last one only, but the
/// money depends on all: a first try may have charged though the second was refused a connection.
/// </summary>
sealed class StripeTries : IDisposable
{
    static readonly AsyncLocal<StripeTries?> Current = new();

    readonly Func<bool> _tooLate;

    StripeTries(Func<bool> tooLate) => _tooLate = tooLate;

    /// <summary>Whether a try may have come before Stripe without its answer coming back.</summary>
    public bool MayHaveArrived { get; private set; }

    /// <summary>Watches the calls that are made from here on in this flow of control, until it is disposed.</summary>
    /// <param name="tooLate">
    /// Asked before each try: whether somebody may have given the call up, so that it must not be sent any more (a process that
    /// was paused wakes up in the middle of it).
    /// </param>
    public static StripeTries Watch(Func<bool> tooLate) => Current.Value = new StripeTries(tooLate);

    public void Dispose() => Current.Value = null;

    /// <summary>Notes each try on its way.</summary>
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
