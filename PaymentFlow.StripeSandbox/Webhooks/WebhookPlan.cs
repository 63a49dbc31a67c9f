namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>
/// How badly webhooks travel: the share (0 to 1) that is delivered twice, that is held back so that later ones overtake it, and that is never
/// delivered; how long one may be held back; and the seed that it all follows from.
/// </summary>
internal sealed record WebhookConditions(double Duplicate, double Reorder, double Drop, double MaxDelaySeconds, int Seed);

/// <summary>What becomes of one event on its way. null delays: at once, and no second time.</summary>
internal sealed record Fate(bool Dropped, TimeSpan? HeldBack, TimeSpan? AgainAfter)
{
    public static Fate Good { get; } = new(false, null, null);
}

internal sealed record WebhookReport(WebhookConditions? Conditions, long Events, long Duplicated, long Reordered, long Dropped);

/// <summary>
/// Decides the fate of each event. The n-th event after <see cref="Set"/> has the same fate for the same seed. In memory only: a restart
/// brings fair weather back.
/// </summary>
internal sealed class WebhookPlan
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
            // Always as many draws, so that no event's fate hangs on those of others.
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
