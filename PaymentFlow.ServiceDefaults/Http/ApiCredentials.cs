using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>The credentials that a call accepts, for its description. They are the names of the security schemes.</summary>
public static class ApiCredentials
{
    /// <summary>An order's secret, as bearer token.</summary>
    public const string ClientSecret = "clientSecret";

    /// <summary>Stripe's signature of a webhook.</summary>
    public const string StripeSignature = "stripeSignature";

    /// <summary>The call also works without credentials.</summary>
    public const string None = "";

    internal static IReadOnlyDictionary<string, IOpenApiSecurityScheme> Schemes => new Dictionary<string, IOpenApiSecurityScheme>
    {
        [ClientSecret] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The order's clientSecret, shown when it was created.",
        },
        [Roles.Merchant] = Header("X-Api-Key", "A merchant's key."),
        [Roles.Operator] = Header("X-Operator-Key", "The operators' key."),
        [Roles.Viewer] = Header("X-Operator-Key", "The viewers' key, in the operators' header. It may read and not act."),
        [Roles.Service] = Header("X-Service-Key", "The key of PaymentFlow's own services."),
        [StripeSignature] = Header("Stripe-Signature", "Stripe's signature of the body: https://docs.stripe.com/webhooks/signature"),
    };

    /// <summary>
    /// Lists the accepted credentials of a call that decides by itself, any one of which is enough. A call that requires a role needs no
    /// list.
    /// </summary>
    public static TBuilder AcceptsCredentials<TBuilder>(this TBuilder builder, params string[] credentials)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Accepted(credentials));

    /// <summary>The credentials that a call with this metadata accepts. What viewers may call, operators may.</summary>
    internal static IEnumerable<string> Of(IEnumerable<object> metadata) => metadata.SelectMany(one => one switch
    {
        Accepted accepted => accepted.Credentials,
        IAuthorizeData { Policy: { } role } => [role],
        AuthorizationPolicy policy => policy.Requirements.OfType<RolesAuthorizationRequirement>().SelectMany(roles => roles.AllowedRoles),
        _ => [],
    }).SelectMany(role => role == Roles.Viewer ? (string[])[Roles.Operator, Roles.Viewer] : [role]).Distinct();

    static OpenApiSecurityScheme Header(string name, string description) => new()
    {
        Type = SecuritySchemeType.ApiKey,
        In = ParameterLocation.Header,
        Name = name,
        Description = description,
    };

    sealed record Accepted(string[] Credentials);
}
