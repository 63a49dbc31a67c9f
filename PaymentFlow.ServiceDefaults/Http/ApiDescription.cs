using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
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
            document.Components.SecuritySchemes =
                ApiCredentials.Schemes.ToDictionary(scheme => scheme.Key, scheme => scheme.Value);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (var credential in ApiCredentials.Of(context.Description.ActionDescriptor.EndpointMetadata))
            {
                // An empty requirement means that no credentials are needed.
                OpenApiSecurityRequirement requirement = [];
                if (credential != ApiCredentials.None) requirement[new OpenApiSecuritySchemeReference(credential, context.Document)] = [];
                (operation.Security ??= []).Add(requirement);
            }
            return Task.CompletedTask;
        });
    });

    /// <summary>
    /// Maps the document. Outside Development only operators and viewers get it, by their key, and others 404, unless
    /// <c>OpenApi:Public</c> is true.
    /// </summary>
    public static void MapApiDescription(this WebApplication app)
    {
        var document = app.MapOpenApi();
        if (app.Environment.IsDevelopment() || app.Configuration.GetValue("OpenApi:Public", false)) return;
        document.Finally(endpoint =>
        {
            var answer = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context => context.User.IsInRole(Roles.Viewer)
                ? answer(context)
                : ApiProblem.ForStatus(StatusCodes.Status404NotFound).ExecuteAsync(context);
        });
    }
}
