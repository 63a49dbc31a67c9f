using System.Diagnostics;
using PaymentFlow.Contracts;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Orders;

/// <summary>The page's calls to the services, the bank and Stripe. The result of each is an event.</summary>
public sealed partial class LiveOrder
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    string ReturnUrl => BankReturn.UrlOf(Order.Id, navigation.BaseUri);

    Preparation Preparation => new(Order.Id, Order.Version, Secret, ReturnUrl);

    Task RunAsync(OrderPageEffect effect) => effect switch
    {
        OrderPageEffect.ReadOrder => ReadAsync(),
        OrderPageEffect.CheckFailure => CheckFailureAsync(),
        OrderPageEffect.Pay { Attempt: var attempt } => PayAsync(attempt),
        OrderPageEffect.GoToBank { Action: var action } => GoToBankAsync(action),
        OrderPageEffect.Cancel => CancelAsync(),
        OrderPageEffect.WaitASecond => WaitASecondAsync(),
        OrderPageEffect.GoToShop => GoToShopAsync(),
        _ => throw new UnreachableException(),
    };

    async Task ReadAsync()
    {
        try
        {
            if (await orders.FindAsync(Order.Id, Secret, _closed.Token) is { } order) Happened(new OrderPageEvent.OrderRead(order));
        }
        catch (ServiceUnavailableException e)
        {
            // The page keeps its state and still receives pushes.
            Log.NotRead(logger, e, Order.Id);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    async Task PrepareAsync()
    {
        var (payment, problem) = await payments.PrepareAsync(Preparation, Client);
        if (problem is not null) Log.NotPrepared(logger, Order.Id, problem.Code);
        Happened(new OrderPageEvent.Prepared(payment, problem, options.UsesStripe));
    }

    async Task CheckFailureAsync()
    {
        var (payment, problem) = await payments.PrepareAsync(Preparation, Client);
        Happened(new OrderPageEvent.FailureChecked(payment, problem));
    }

    async Task PayAsync(PayAttempt attempt)
    {
        var answer = await AskAsync(attempt);
        Log.Answered(logger, Order.Id, answer.GetType().Name);
        Happened(new OrderPageEvent.PayAnswered(answer));
    }

    async Task<PayAnswer> AskAsync(PayAttempt attempt)
    {
        if (!limit.Allows(Client)) return new PayAnswer.NotAsked(new Problem(ProblemCodes.RateLimited));
        // Start a new trace for the click, because the circuit's activity lasts as long as the page.
        Activity.Current = null;
        using var span = PaymentFlowTelemetry.Source.StartActivity("pay click");
        span?.SetTag("paymentflow.order_id", Order.Id);
        // No cancellation token of the page, so that closing the page does not abort a payment.
        return await payments.PayAsync(Order.Id, Secret, attempt.Method, ReturnUrl, attempt.Key, Client, CancellationToken.None);
    }

    async Task GoToBankAsync(NextAction action)
    {
        if (action.RedirectUrl is { } url) navigation.NavigateTo(url.AbsoluteUri, forceLoad: true);
        else Happened(new OrderPageEvent.BankClosed(await stripe.ConfirmAsync(action.StripeClientSecret)));
    }

    async Task WaitASecondAsync()
    {
        try
        {
            await Task.Delay(Second, time, _closed.Token);
            Happened(new OrderPageEvent.SecondPassed());
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    Task GoToShopAsync()
    {
        if (ShopReturn.Of(Order) is { } shop) navigation.NavigateTo(shop, forceLoad: true);
        return Task.CompletedTask;
    }

    async Task CancelAsync()
    {
        Problem? problem;
        try
        {
            // No cancellation token of the page, so that closing the page does not abort the request.
            problem = limit.Allows(Client)
                ? await orders.CancelAsync(Order.Id, Secret, CancellationToken.None)
                : new Problem(ProblemCodes.RateLimited);
        }
        catch (ServiceUnavailableException e)
        {
            Log.CancelUnanswered(logger, e, Order.Id);
            problem = new Problem(Problem.CancelUnknown);
        }
        Happened(new OrderPageEvent.CancelAnswered(problem));
    }

    static string NewKey() => Guid.CreateVersion7().ToString();

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Order {OrderId}: the payment request was answered with {Answer}")]
        public static partial void Answered(ILogger logger, Guid orderId, string answer);

        [LoggerMessage(LogLevel.Warning, "Could not read order {OrderId}; its page still receives pushes")]
        public static partial void NotRead(ILogger logger, Exception exception, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "Order {OrderId}: no answer to the cancellation; its page gets the outcome by push")]
        public static partial void CancelUnanswered(ILogger logger, Exception exception, Guid orderId);

        [LoggerMessage(LogLevel.Warning, "Could not prepare the payment of order {OrderId}, so paying needs one more round trip: {Code}")]
        public static partial void NotPrepared(ILogger logger, Guid orderId, string code);
    }
}
