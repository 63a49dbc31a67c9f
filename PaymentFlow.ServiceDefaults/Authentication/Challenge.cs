using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PaymentFlow.ServiceDefaults.Authentication;

/// <summary>Names the schemes in each 401 that does not name one itself (RFC 9110, 15.5.2).</summary>
static class Challenge
{
    const string Schemes = $"Bearer, {ApiKeyAuthentication.Scheme}";

    public static void UseChallenge(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            if (response is { StatusCode: StatusCodes.Status401Unauthorized, Headers.WWWAuthenticate.Count: 0 })
                response.Headers.WWWAuthenticate = Schemes;
            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    });
}
