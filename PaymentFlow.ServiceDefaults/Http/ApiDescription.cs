using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

public static class ApiDescription
{
    /// <summary><c>/openapi/v1.json</c>: the framework's description of the endpoints, plus the authentication schemes.</summary>
    public static void AddApiDescription(this IHostApplicationBuilder builder, string title) => builder.Services.AddOpenApi(options =>
    {
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // A custom JSON converter hides the type from the generator.
            if (schema.Type is null && context.JsonTypeInfo.Type is var type && (type == typeof(long) || type == typeof(long?)))
            {
                var takesNull = type == typeof(long?) && context.JsonPropertyInfo?.CustomConverter is not OptionalInt64Converter;
                schema.Type = takesNull ? JsonSchemaType.Integer | JsonSchemaType.Null : JsonSchemaType.Integer;
                schema.Format = "int64";
            }
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = title;
            document.Info.Description =
                "Money is an integer in the currency's minor unit. Errors are RFC 9457 problems with a stable `code`.";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["clientSecret"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "The order's clientSecret, shown when it was created.",
                },
                ["merchant"] = Key(ApiHeaders.ApiKey),
                ["operator"] = Key(ApiHeaders.OperatorKey),
                ["service"] = Key(ApiHeaders.ServiceKey),
            };
            return Task.CompletedTask;
        });
    });

    static OpenApiSecurityScheme Key(string header) => new()
    {
        Type = SecuritySchemeType.ApiKey,
        In = ParameterLocation.Header,
        Name = header,
    };
}
