using Microsoft.AspNetCore.Diagnostics;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Http;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Responds with a 503 when OrderService or Postgres is unavailable. Failures after a confirmation or a refund was sent to Stripe do
/// not get here, because the processors handle them.
/// </summary>
sealed class UnavailableHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var (code, detail) = exception switch
        {
            OrderServiceUnavailableException => (ProblemCodes.OrderServiceUnavailable, "Orders can't be read at the moment."),
            _ when DatabaseFailure.IsAway(exception) => (ProblemCodes.DatabaseUnavailable, "Payments can't be stored at the moment."),
            _ => default,
        };
        if (code is null) return false;
        RetryAfter.Set(context);
        await PaymentResults.Unavailable(code, detail).ExecuteAsync(context);
        return true;
    }
}
