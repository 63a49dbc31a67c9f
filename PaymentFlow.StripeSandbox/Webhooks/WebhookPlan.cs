namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>
/// How unreliably webhooks are delivered. <paramref name="Duplicate"/>, <paramref name="Reorder"/> and <paramref name="Drop"/> are the
/// shares (0 to 1) of webhooks that are delivered twice, that are delayed so that later ones overtake them, and that are never delivered.
/// </summary>
/// <param name="MaxDelaySeconds">The longest delay of a duplicate or reordered webhook.</param>
/// <param name="Seed">The same seed gives the same sequence of fates.</param>
sealed record WebhookConditions(double Duplicate, double Reorder, double Drop, double MaxDelaySeconds, int Seed);

/// <summary>How one event is delivered.</summary>
/// <param name="HeldBack">The delay of the first delivery. Null delivers without delay.</param>
/// <param name="AgainAfter">The delay of a second delivery. Null for no second delivery.</param>
sealed record Fate(bool Dropped, TimeSpan? HeldBack, TimeSpan? AgainAfter)
{
    public static Fate Good { get; } = new(false, null, null);
}

sealed record WebhookReport(WebhookConditions? Conditions, long Events, long Duplicated, long Reordered, long Dropped);

/// <summary>
/// Decides how each event is delivered. For the same seed, the n-th event after <see cref="Set"/> has the same fate. In memory only, so a
/// restart resets it to reliable delivery.
/// </summary>
sealed class WebhookPlan
{
    readonly Lock _lock = new();
    WebhookConditions? _conditions;
    Random _random = new(0);
    long _events, _duplicated, _reordered, _dropped;

    public WebhookReport Set(WebhookConditions conditions)
    {
        lock (_lock)
        {
            (_conditions, _random) = (conditions, new(conditions.Seed));
            _events = _duplicated = _reordered = _dropped = 0;
            return Report();
        }
    }

    public WebhookReport Report()
    {
        lock (_lock) return new(_conditions, _events, _duplicated, _reordered, _dropped);
    }

    public Fate Next()
    {
        lock (_lock)
        {
            _events++;
            if (_conditions is not { } conditions) return Fate.Good;
            // Always draw five numbers, so that the fate of an event does not depend on earlier fates.
            var (drop, duplicate, reorder) = (_random.NextDouble(), _random.NextDouble(), _random.NextDouble());
            var (back, again) = (_random.NextDouble(), _random.NextDouble());
            if (drop < conditions.Drop)
            {
                _dropped++;
                return new(true, null, null);
            }
            var (twice, late) = (duplicate < conditions.Duplicate, reorder < conditions.Reorder);
            if (twice) _duplicated++;
            if (late) _reordered++;
            return new(false,
                late ? TimeSpan.FromSeconds(back * conditions.MaxDelaySeconds) : null,
                twice ? TimeSpan.FromSeconds(again * conditions.MaxDelaySeconds) : null);
        }
    }
}
