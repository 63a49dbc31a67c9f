using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using PaymentFlow.StripeSandbox.Home;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.PaymentIntents;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.ThreeDSecure;

/// <summary>
/// The bank's page for a 3-D Secure challenge. As at Stripe, opening and answering it needs the PaymentIntent's client secret. An answer
/// applies only to the challenge that the page was opened for.
/// </summary>
static class ThreeDSecureEndpoints
{
    public static void MapThreeDSecure(this IEndpointRouteBuilder app)
    {
        var intents = app.ServiceProvider.GetRequiredService<PaymentIntentService>();
        app.MapGet("/_sandbox/3ds/{id}", http => ShowAsync(http, intents));
        app.MapPost("/_sandbox/3ds/{id}", http => AnswerAsync(http, intents));
    }

    static Task ShowAsync(HttpContext http, PaymentIntentService intents)
    {
        var text = ThreeDSecureText.For(http.Request);
        return Find(http, intents, http.Request.Query["client_secret"]) is { } intent
            ? Page.WriteAsync(http, 200, ThreeDSecurePage.For(intent, text))
            : Page.WriteAsync(http, 404, ThreeDSecurePage.Unknown(text));
    }

    static async Task AnswerAsync(HttpContext http, PaymentIntentService intents)
    {
        var text = ThreeDSecureText.For(http.Request);
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        if (Find(http, intents, form["client_secret"]) is not { } intent)
        {
            await Page.WriteAsync(http, 404, ThreeDSecurePage.Unknown(text));
            return;
        }
        var outcome = form["outcome"].ToString();
        if (outcome is not ("approve" or "fail"))
        {
            await Page.WriteAsync(http, 400, ThreeDSecurePage.For(intent, text));
            return;
        }
        (intent, var returnUrl) = await intents.AuthenticateAsync(intent.Id, form["source"].ToString(), approved: outcome == "approve");
        // 303 See Other in both cases, so that a reload does not send the answer again.
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = returnUrl is null
            ? $"/_sandbox/3ds/{intent.Id}?client_secret={intent.ClientSecret}"
            : Return(returnUrl, intent);
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>
    /// The return URL with the parameters that Stripe appends:
    /// <see href="https://docs.stripe.com/payments/3d-secure/authentication-flow"/>.
    /// </summary>
    static string Return(string url, PaymentIntent intent) => QueryHelpers.AddQueryString(url, new Dictionary<string, string?>
    {
        ["payment_intent"] = intent.Id,
        ["payment_intent_client_secret"] = intent.ClientSecret,
        ["redirect_status"] =
            intent.Status == PaymentIntentStatus.Succeeded ? "succeeded" : "failed",
    });

    static PaymentIntent? Find(HttpContext http, PaymentIntentService intents, string? secret)
    {
        try
        {
            var intent = intents.Get((string)http.Request.RouteValues["id"]!);
            var same = CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(secret ?? ""), Encoding.UTF8.GetBytes(intent.ClientSecret));
            return same ? intent : null;
        }
        catch (RequestRefusedException)
        {
            // The same response as for a wrong secret, so that it does not reveal which ids exist.
            return null;
        }
    }
}
