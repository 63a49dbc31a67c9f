using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Attention;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Attention;

/// <summary>
/// <c>GET /attention</c>: what a person should look at in this service. Both services have the call, with kinds of their own.
/// </summary>
public static class AttentionEndpoint
{
    const int MaxItems = 100;

    public static void AddAttention(this IHostApplicationBuilder builder, params IEnumerable<AttentionQuery> queries)
    {
        foreach (var query in queries) builder.Services.AddSingleton(query);
        builder.Services.AddSingleton<AttentionReader>();
    }

    /// <param name="kinds">What each kind means, for the description.</param>
    /// <param name="complete">Adds to an item what is not in the database.</param>
    public static void MapAttention(
        this IEndpointRouteBuilder app, string kinds, Func<AttentionItem, AttentionItem>? complete = null) =>
        app.MapGet("/attention", (AttentionReader attention, CancellationToken cancellationToken, int limit = MaxItems) =>
                GetAsync(attention, complete ?? (item => item), limit, cancellationToken))
            .WithTags("Operators").WithName("Attention").RequireAuthorization(Roles.Viewer)
            .WithSummary("What a person should look at in this service")
            .WithDescription($"""
                {kinds} `limit`, 0 to {MaxItems} and {MaxItems} by default, is the number of items of each kind, newest first and
                disputes by `dueAt`; `count` is the number of all. On a good day every kind is empty. 400 `malformed_request`; 401
                `unauthorized`; 422 `invalid_limit`.
                """)
            .ProducesProblems(400, 401, 422, 503);

    static async Task<Results<Ok<AttentionList>, ProblemHttpResult>> GetAsync(
        AttentionReader attention, Func<AttentionItem, AttentionItem> complete, int limit, CancellationToken cancellationToken) =>
        limit is < 0 or > MaxItems
            ? ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 0 to {MaxItems}.")
            : TypedResults.Ok(await attention.ReadAsync(limit, complete, cancellationToken));
}
