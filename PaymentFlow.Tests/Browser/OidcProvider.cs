using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// A team's OpenID Connect provider. It is OpenIddict's server with two users and without a database. It requires PKCE. Users choose their
/// identity without a password.
/// </summary>
sealed class OidcProvider : IAsyncDisposable
{
    public const string ClientId = "paymentflow-console";
    public const string ClientSecret = "a-secret-of-the-console";

    const string Role = "groups";
    const string Allowed = "payments";
    const string Viewers = "accounting";

    readonly WebApplication _app;

    OidcProvider(WebApplication app) => _app = app;

    /// <summary>Web's settings for this provider.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("Operator__Oidc__Authority", _app.Urls.First()),
        ("Operator__Oidc__ClientId", ClientId),
        ("Operator__Oidc__ClientSecret", ClientSecret),
        ("Operator__Oidc__RequiredClaim", Role),
        ("Operator__Oidc__RequiredValue", Allowed),
        ("Operator__Oidc__ViewerValue", Viewers),
        ("Operator__Oidc__Name", "the team's accounts"),
    ];

    public static async Task<OidcProvider> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.RegisterScopes(Scopes.Profile, Scopes.Email);
            server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            // Degraded mode has no store of clients, so the handlers below check the client.
            server.EnableDegradedMode();
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId
                    || context.RedirectUri?.EndsWith("/operator/sign-in/callback", StringComparison.Ordinal) != true)
                {
                    context.Reject(Errors.InvalidClient, "Unknown client.");
                }
                return default;
            }));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
                    context.Reject(Errors.InvalidClient, "Unknown client.");
                return default;
            }));
            server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(AuthorizeAsync));
        });
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        // Browsers request the icon and would report an error without it.
        app.MapGet("/favicon.ico", () => Results.NoContent());
        // 127.0.0.1 is another site than Web's localhost.
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(TestContext.Current.CancellationToken);
        // Web requests these documents first and waits ten seconds at most. The first answer is the slowest, so request them here once.
        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.First()) };
        foreach (var document in (string[])["/.well-known/openid-configuration", "/.well-known/jwks"])
            await http.GetStringAsync(new Uri(document, UriKind.Relative), TestContext.Current.CancellationToken);
        return new OidcProvider(app);
    }

    static async ValueTask AuthorizeAsync(HandleAuthorizationRequestContext context)
    {
        var request = context.Transaction.GetHttpRequest()!;
        switch ((string?)context.Request["who"])
        {
            case "anna":
                context.SignIn(Person("1", "Anna Jensen", "anna@example.com", Allowed));
                break;
            case "bert":
                context.SignIn(Person("2", "Bert", "bert@example.com", "gardeners"));
                break;
            case "clara":
                context.SignIn(Person("3", "Clara", "clara@example.com", Viewers));
                break;
            case "nobody":
                context.Reject(Errors.AccessDenied, "The user canceled.");
                break;
            default:
                var here = HtmlEncoder.Default.Encode(request.GetEncodedUrl());
                request.HttpContext.Response.ContentType = "text/html; charset=utf-8";
                await request.HttpContext.Response.WriteAsync(
                    $"""
                    <!DOCTYPE html><html lang="en"><title>Who are you?</title>
                    <p><a href="{here}&amp;who=anna">Anna</a> <a href="{here}&amp;who=bert">Bert</a>
                    <a href="{here}&amp;who=clara">Clara</a>
                    <a href="{here}&amp;who=nobody">Never mind</a></p></html>
                    """);
                context.HandleRequest();
                break;
        }

        ClaimsPrincipal Person(string subject, string name, string email, string group)
        {
            ClaimsIdentity identity = new("password");
            identity.AddClaim(new Claim(Claims.Subject, subject));
            identity.AddClaim(new Claim(Claims.Name, name));
            identity.AddClaim(new Claim(Claims.Email, email));
            identity.AddClaim(new Claim(Role, "everybody"));
            identity.AddClaim(new Claim(Role, group));
            identity.SetDestinations(_ => [Destinations.IdentityToken]);
            ClaimsPrincipal person = new(identity);
            person.SetScopes(context.Request.GetScopes());
            return person;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
