using System.Globalization;

namespace PaymentFlow.Web.Services;

/// <summary>
/// Marks a call as one of our own services' (which limits the customer itself, see <see cref="Payments.PayLimit"/>) and asks
/// for texts in the customer's language.
/// </summary>
sealed class ServiceHandler(IConfiguration configuration) : DelegatingHandler
{
    readonly string _key = configuration["Services:Key"]!;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add("X-Service-Key", _key);
        request.Headers.Add("Accept-Language", CultureInfo.CurrentUICulture.TwoLetterISOLanguageName);
        return base.SendAsync(request, cancellationToken);
    }
}
