using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;

namespace PaymentFlow.Web.Security;

/// <summary>Answers 400 to a query that Blazor or the services would fail on: one with NUL, or with an id that is no UUID.</summary>
static class PageQueries
{
    /// <summary>Call it after the error pages and the routing, so that the page is known and the answer is a page.</summary>
    public static void UsePageQueries(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!RequestFormat.HasNul(context.Request.Query) && !HasWrongId(context)) return next(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    });

    static bool HasWrongId(HttpContext context) =>
        context.Request.Query.Count > 0
        && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is { Type: var page }
        && page.GetProperties().Where(IsId).Any(property =>
            context.Request.Query[NameOf(property)].Any(value => !string.IsNullOrEmpty(value) && !Guid.TryParse(value, out _)));

    static bool IsId(PropertyInfo property) =>
        property.PropertyType == typeof(Guid?) && property.IsDefined(typeof(SupplyParameterFromQueryAttribute));

    static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()!.Name ?? property.Name;
}
