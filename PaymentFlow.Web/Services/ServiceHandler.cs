using System.Globalization;
using PaymentFlow.Contracts;

namespace PaymentFlow.Web.Services;

/// <summary>
/// Adds Web's service key and the customer's language to a call. The key exempts Web from the services' rate limits, because Web limits its
/// customers itself (<see cref="Payments.PayLimit"/>).
/// </summary>
sealed class ServiceHandler(IConfiguration configuration) : DelegatingHandler
{
    readonly string _key = configuration["Services:Key"]!;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(ApiHeaders.ServiceKey, _key);
        request.Headers.Add("Accept-Language", CultureInfo.CurrentUICulture.TwoLetterISOLanguageName);
        return base.SendAsync(request, cancellationToken);
    }
}
