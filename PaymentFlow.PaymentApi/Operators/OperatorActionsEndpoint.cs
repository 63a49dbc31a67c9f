using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Operators;

static class OperatorActionsEndpoint
{
    const int Newest = 200;

    public static void AddOperatorActions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperatorActionStore>();
        builder.AddAuditPruning();
    }

    public static void MapOperatorActions(this IEndpointRouteBuilder app) =>
        app.MapGet("/operator-actions", (OperatorActionStore actions, CancellationToken cancellationToken) =>
                actions.NewestAsync(Newest, cancellationToken))
            .WithTags("Operators").WithName("OperatorActions").RequireAuthorization(Roles.Operator)
            .WithSummary($"The actions of operators in this service, newest first, at most {Newest}.")
            .ProducesProblems(401, 503);
}
