using PaymentFlow.Contracts.Statistics;

namespace PaymentFlow.Tests.Integration.Statistics;

/// <summary>
/// The history of one payment, made up at random, and what it adds to the statistics by their definition in docs/api.md.
/// </summary>
sealed class PaymentStory
{
    static readonly string[] Reasons = ["insufficient_funds", "do_not_honor", "expired_card"];

    readonly Random _random;
    int _attempt;

    public PaymentStory(Random random, DateTime from, TimeSpan length)
    {
        _random = random;
        Amount = random.Next(100, 100_000);
        Now = from + length * random.NextDouble();
        Write("processing", null);
        for (var tries = random.Next(4); tries > 0 && Status is "processing" or "failed"; tries--) Try();
        if (Status == "failed" && random.Next(3) == 0) Write("canceled", null);
        for (var refunds = random.Next(4); refunds > 0 && PaidAt is not null; refunds--) Refund();
    }

    public Guid Id { get; } = Guid.CreateVersion7();
    public string Currency { get; } = "mvr";
    public long Amount { get; }
    public string Status { get; private set; } = "";
    public long Refunded { get; private set; }
    public List<(DateTime At, string Status, long Refunded, Guid? Attempt)> History { get; } = [];
    public List<(Guid Id, int Number, DateTime At, string? DeclineCode)> Attempts { get; } = [];

    DateTime Now { get; set; }
    DateTime? PaidAt { get; set; }

    /// <summary>The story's part at or after <paramref name="from"/> and before <paramref name="to"/>.</summary>
    public PaymentTotals Between(DateTime from, DateTime to)
    {
        bool Is(DateTime? at) => at >= from && at < to;
        var tried = Is(Attempts.FirstOrDefault().At);
        return new PaymentTotals(
            Is(PaidAt) ? Amount : 0,
            History.Zip(History.Skip(1)).Where(pair => Is(pair.Second.At)).Sum(pair => pair.Second.Refunded - pair.First.Refunded),
            Is(PaidAt) ? 1 : 0,
            History.Count(row => Is(row.At) && row.Status == "failed"),
            tried && PaidAt is not null ? 1 : 0,
            tried && Status == "failed" ? 1 : 0,
            tried && Status == "canceled" ? 1 : 0,
            tried && Status is "processing" or "requires_action" ? 1 : 0);
    }

    /// <summary>The reasons of the declines in a range.</summary>
    public IEnumerable<string> DeclinesBetween(DateTime from, DateTime to) => History
        .Where(row => row.Status == "failed" && row.At >= from && row.At < to)
        .Select(row => Attempts.Single(attempt => attempt.Id == row.Attempt).DeclineCode!);

    /// <summary>Cancels a payment that failed, which changes how the hour of its first attempt counts it.</summary>
    public void Cancel(DateTime at)
    {
        Now = at;
        Write("canceled", null);
    }

    void Try()
    {
        var outcome = _random.Next(4);
        var attempt = Guid.CreateVersion7();
        // The first attempt can be in the transaction that creates the payment.
        if (_attempt > 0 || _random.Next(2) == 0) Later();
        Attempts.Add((attempt, ++_attempt, Now, outcome == 0 ? Reasons[_random.Next(Reasons.Length)] : null));
        Write("processing", attempt);
        if (outcome == 3) return;
        Later();
        if (_random.Next(3) == 0)
        {
            Write("requires_action", attempt);
            Later();
        }
        if (outcome > 0) PaidAt = Now;
        Write(outcome == 0 ? "failed" : "succeeded", attempt);
    }

    void Refund()
    {
        Later();
        // A refund can also fail at the bank, and a dispute repeats the status.
        Refunded = _random.Next(4) switch
        {
            0 => 0,
            1 => Refunded,
            _ => _random.NextInt64(Refunded, Amount + 1),
        };
        Write(Refunded == 0 ? "succeeded" : Refunded < Amount ? "partially_refunded" : "refunded", null);
    }

    void Later() => Now += TimeSpan.FromMinutes(_random.Next(1, 900));

    void Write(string status, Guid? attempt)
    {
        Status = status;
        History.Add((Now, status, Refunded, attempt));
    }
}
