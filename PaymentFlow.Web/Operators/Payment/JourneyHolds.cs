using PaymentFlow.Contracts.Journey;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>The holders of a payment: the lanes of the picture in their order.</summary>
public enum Holder
{
    Customer,
    PaymentApi,
    Stripe,
    Kafka,
    OrderService,
    Screen,
}

/// <summary>A time in which one holder had the payment.</summary>
/// <param name="To">Null if the holder still has it.</param>
public sealed record Hold(Holder Holder, DateTimeOffset From, DateTimeOffset? To);

/// <summary>A step that hands nothing over.</summary>
public sealed record Mark(Holder Holder, JourneyLine Line);

/// <summary>The times of each holder of a payment, from its recorded steps. Missing steps make a hold longer; they never fail.</summary>
/// <param name="Holds">In the order of time; one begins where the previous ends, or later.</param>
public sealed record JourneyHolds(IReadOnlyList<Hold> Holds, IReadOnlyList<Mark> Marks)
{
    public static JourneyHolds Of(IReadOnlyList<JourneyLine> lines)
    {
        List<Hold> holds = [];
        List<Mark> marks = [];
        Hold? open = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            var (takes, holder) = NextOf(lines, i);
            if (!takes)
            {
                marks.Add(new(LaneOf(line), line));
                continue;
            }
            if (open is not null && open.Holder != holder) Close(line.At);
            if (holder is { } next) open ??= new(next, line.At, null);
            if (holder is Holder.Screen)
            {
                Close(line.At);
                if (PaymentIsOpen(lines, i)) open = new(Holder.Customer, line.At, null);
            }
        }
        if (open is not null) holds.Add(open);
        return new(holds, marks);

        void Close(DateTimeOffset at)
        {
            holds.Add(open! with { To = at });
            open = null;
        }
    }

    /// <summary>The total time of each holder, in the order of the lanes, without holders that never had the payment.</summary>
    public IEnumerable<(Holder Holder, TimeSpan Time)> Totals(DateTimeOffset now) =>
        from hold in Holds
        group hold by hold.Holder into one
        orderby one.Key
        select (one.Key, TimeSpan.FromTicks(one.Sum(hold => ((hold.To ?? now) - hold.From).Ticks)));

    /// <summary>Whether the step hands the payment over, and to whom; to nobody if nothing is left to do.</summary>
    static (bool Takes, Holder? Holder) NextOf(IReadOnlyList<JourneyLine> lines, int i) => lines[i].Step.Kind switch
    {
        JourneyKinds.OrderCreated or JourneyKinds.AttemptRequiresAction or JourneyKinds.PaymentRequiresAction => (true, Holder.Customer),
        // The bank decides.
        JourneyKinds.AttemptStarted or JourneyKinds.RefundRequested or JourneyKinds.AttemptProcessing or JourneyKinds.PaymentProcessing
            or JourneyKinds.RefundPending => (true, Holder.Stripe),
        JourneyKinds.EventPublished or JourneyKinds.EventRepublished =>
            (lines[i].Service == JourneyLine.PaymentApi && !IsAppliedBefore(lines, i), Holder.Kafka),
        JourneyKinds.EventConsumed or JourneyKinds.DeadLetter => (true, Holder.OrderService),
        // It is recorded after the event was applied.
        JourneyKinds.DeadLetterReplayed => (true, PaymentIsOpen(lines, i) ? Holder.Customer : null),
        JourneyKinds.PushedPage or JourneyKinds.PushedSocket => (true, Holder.Screen),
        var kind when IsOf(kind, "order.") =>
            (true, IsPushedLater(lines, i) ? Holder.OrderService : PaymentIsOpen(lines, i) ? Holder.Customer : null),
        var kind when IsOf(kind, "attempt.") || IsOf(kind, "payment.") || IsOf(kind, "refund.") => (true, Holder.PaymentApi),
        _ => (false, null),
    };

    static Holder LaneOf(JourneyLine line) => line switch
    {
        { Step.Kind: JourneyKinds.EventPublished or JourneyKinds.EventRepublished } => Holder.Kafka,
        { Step.Kind: var kind } when IsOf(kind, "dispute.") => Holder.Stripe,
        { Service: JourneyLine.PaymentApi } => Holder.PaymentApi,
        _ => Holder.OrderService,
    };

    static bool IsOf(string kind, string prefix) => kind.StartsWith(prefix, StringComparison.Ordinal);

    // The order's version is its payment's version + 1.
    static bool IsAppliedBefore(IReadOnlyList<JourneyLine> lines, int i) =>
        lines.Take(i).Any(before => before.Step.Kind == JourneyKinds.EventConsumed && before.Step.Version > lines[i].Step.Version);

    static bool IsPushedLater(IReadOnlyList<JourneyLine> lines, int i) => lines.Skip(i + 1).Any(later =>
        later.Step.Kind is JourneyKinds.PushedPage or JourneyKinds.PushedSocket && later.Step.Version == lines[i].Step.Version);

    static bool PaymentIsOpen(IReadOnlyList<JourneyLine> lines, int i) =>
        lines.Take(i + 1).LastOrDefault(line => IsOf(line.Step.Kind, "order."))?.Step.Kind
            is JourneyKinds.OrderCreated or JourneyKinds.OrderPaymentFailed or JourneyKinds.OrderAwaitingPayment;
}
