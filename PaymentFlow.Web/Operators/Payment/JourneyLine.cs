using PaymentFlow.Contracts.Journey;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>One step of an order's journey.</summary>
/// <param name="Since">The time since the previous step, null for the first. It can be negative if the services' clocks differ.</param>
/// <param name="Service"><see cref="PaymentApi"/> or <see cref="OrderService"/>, which recorded the step.</param>
public sealed record JourneyLine(DateTimeOffset At, TimeSpan? Since, string Service, JourneyStep Step)
{
    public const string PaymentApi = "PaymentApi";
    public const string OrderService = "OrderService";

    /// <summary>The steps of both services, ordered by time.</summary>
    public static IReadOnlyList<JourneyLine> Merge(IReadOnlyList<JourneyStep> orders, IReadOnlyList<JourneyStep> payments)
    {
        // OrderBy is stable: steps of one service with the same time keep their order.
        var steps = payments.Select(step => (Step: step, Service: PaymentApi))
            .Concat(orders.Select(step => (Step: step, Service: OrderService)))
            .OrderBy(one => one.Step.At).ToList();
        return [.. steps.Select((one, i) => new JourneyLine(
            one.Step.At, i == 0 ? null : one.Step.At - steps[i - 1].Step.At, one.Service, one.Step))];
    }
}
