namespace PaymentFlow.PaymentApi.Payments;

static class ProblemRoutes
{
    /// <summary>Names, in the API's description, the statuses that come as problem details.</summary>
    public static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder builder, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) builder.ProducesProblem(status);
        return builder;
    }
}
