using PaymentFlow.Contracts.Events;
using PaymentFlow.OrderService.Cancellation;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Migrations;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Expiry;

/// <summary>
/// Cancels orders that nobody paid in time: never opened, or with all attempts used up. As for every cancellation, PaymentApi decides. So
/// an order whose payment is being confirmed is asked about again later, and no charge is lost.
/// </summary>
sealed partial class OrderExpiry(
    ExpiryStore expired, OrderStore orders, IServiceProvider services, OrderOptions options, DatabaseMigration migration,
    TimeProvider time, ILogger<OrderExpiry> logger) : BackgroundService
{
    /// <summary>Longer than PaymentApi needs for an answer.</summary>
    static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Completed.WaitAsync(stoppingToken);
        using PeriodicTimer timer = new(options.LookForExpiredEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ExpireAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever the reason, the service goes on, and the next round tries again.
                Log.PutOff(logger, e);
            }
        }
    }

    async Task ExpireAsync(CancellationToken cancellationToken)
    {
        while (await expired.SearchAsync(time.GetUtcNow() - options.ExpireAfter, options.ExpireAfter, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
        while (await expired.TakeAsync(RetryAfter, cancellationToken) is { } id)
            if (!await CancelAsync(id, cancellationToken)) return;
    }

    /// <returns>False if PaymentApi cannot answer now, so that asking about further orders is useless.</returns>
    async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(id, cancellationToken)
            is not { Status: OrderStatuses.AwaitingPayment or OrderStatuses.PaymentFailed, CancelRequestedBy: var requestedBy })
        {
            await expired.ForgetAsync(id, cancellationToken);
            return true;
        }

        // A customer or an operator who asked before keeps the reason.
        if (requestedBy is null) await orders.NoteCancelRequestAsync(id, CancelReasons.Expired, cancellationToken);
        try
        {
            if (await services.GetRequiredService<PaymentClient>().CancelAsync(id, cancellationToken) is not { } problem)
            {
                // The event follows: PaymentApi publishes it until it is applied.
                await expired.ForgetAsync(id, cancellationToken);
                Log.Expired(logger, id);
                return true;
            }
            if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable) return false;
            // Paid (its event will tell), or a confirmation is in flight: look again later.
            if (requestedBy is null) await orders.NoteCancelRequestAsync(id, null, cancellationToken);
            return true;
        }
        catch (PaymentApiUnavailableException e)
        {
            Log.Unanswered(logger, id, e.InnerException!.Message);
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Order {OrderId} was not paid in time and is canceled")]
        public static partial void Expired(ILogger logger, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "Could not cancel the expired order {OrderId}, because PaymentApi did not answer: {Reason}")]
        public static partial void Unanswered(ILogger logger, Guid orderId, string reason);

        [LoggerMessage(LogLevel.Warning, "Could not look for expired orders, trying again soon")]
        public static partial void PutOff(ILogger logger, Exception exception);
    }
}

static class ExpiryExtensions
{
    /// <summary>Cancels unpaid orders after <c>Orders:ExpireAfter</c>. Needs the cancellation.</summary>
    public static void AddExpiry(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExpiryStore>();
        builder.Services.AddHostedService<OrderExpiry>();
    }
}
