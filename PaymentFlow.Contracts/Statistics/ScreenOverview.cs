namespace PaymentFlow.Contracts.Statistics;

/// <summary>How long it took from Stripe's answer to the screen, for the orders paid in a range of time.</summary>
/// <param name="From">The beginning of the range, UTC. An order belongs to the range by the time of Stripe's answer.</param>
/// <param name="To">The end of the range, UTC.</param>
/// <param name="PreviousFrom">The beginning of the previous range of equal length, UTC.</param>
/// <param name="PreviousTo">The end of the previous range, UTC. Earlier than <paramref name="From"/> if the range is not over.</param>
public sealed record ScreenOverview(
    DateTimeOffset From, DateTimeOffset To, DateTimeOffset PreviousFrom, DateTimeOffset PreviousTo, ScreenTotals Totals,
    ScreenTotals Previous);

/// <param name="Paid">The number of orders that were paid.</param>
/// <param name="Shown">Orders whose payment was pushed to a screen that was open.</param>
/// <param name="ShownLater">Orders that were first shown more than 30 s after the payment was applied: nobody was looking before.</param>
/// <param name="NeverShown">Orders whose payment was pushed to no screen.</param>
/// <param name="MedianMs">
/// The median time from Stripe's answer to the first screen, over <paramref name="Shown"/>, in milliseconds, exact to 2.5 %. Null if none
/// was shown.
/// </param>
/// <param name="P99Ms">The time that 99 of 100 do not exceed, likewise.</param>
public sealed record ScreenTotals(long Paid, long Shown, long ShownLater, long NeverShown, double? MedianMs, double? P99Ms);
