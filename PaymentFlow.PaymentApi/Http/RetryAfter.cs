namespace PaymentFlow.PaymentApi.Http;

/// <summary>Adds the header Retry-After to every 503 (RFC 9110, section 10.2.3).</summary>
static class RetryAfter
{
    const string Seconds = "2";

    public static TBuilder WithRetryAfter<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(async (invocation, next) =>
        {
            var result = await next(invocation);
            if (result is INestedHttpResult { Result: IStatusCodeHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable } })
                Set(invocation.HttpContext);
            return result;
        });

    public static void Set(HttpContext context) => context.Response.Headers.RetryAfter = Seconds;
}
