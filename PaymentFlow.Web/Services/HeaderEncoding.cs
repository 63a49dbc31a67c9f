using System.Text;

namespace PaymentFlow.Web.Services;

static class HeaderEncoding
{
    /// <summary>Sends header values in UTF-8, as Kestrel reads them. Otherwise HttpClient refuses a name such as «Анна».</summary>
    public static void SendHeadersInUtf8(this IHttpClientBuilder http) =>
        http.UseSocketsHttpHandler((handler, _) => handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8);
}
