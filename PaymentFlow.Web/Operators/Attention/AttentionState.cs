using PaymentFlow.Contracts.Attention;

namespace PaymentFlow.Web.Operators.Attention;

/// <summary>The items of both services that need attention.</summary>
/// <param name="Kinds">The kinds that have items, most urgent kind first.</param>
/// <param name="Away">The services that did not answer. Their items are missing.</param>
public sealed record AttentionState(IReadOnlyList<AttentionKind> Kinds, IReadOnlyList<string> Away)
{
    public long Count => Kinds.Sum(kind => kind.Count);

    /// <summary>Brings the answers of the services together. A null answer means that the service is away.</summary>
    public static AttentionState Of(AttentionList? orders, AttentionList? payments)
    {
        List<AttentionKind> kinds = [.. orders?.Kinds ?? [], .. payments?.Kinds ?? []];
        // An event waits because it is a dead letter. The dead letter has the next step, so the event is not listed a second time.
        var dead = kinds.Where(kind => kind.Kind == AttentionKinds.DeadLetter).SelectMany(kind => kind.Items)
            .Select(item => item.OrderId).OfType<Guid>().ToHashSet();
        return new AttentionState(
            [
                .. kinds.Select(kind => kind.Kind == AttentionKinds.EventBehind ? Without(kind, dead) : kind)
                    .Where(kind => kind.Count > 0).OrderBy(kind => RankOf(kind.Kind)),
            ],
            [.. orders is null ? (string[])["OrderService"] : [], .. payments is null ? (string[])["PaymentApi"] : []]);
    }

    static AttentionKind Without(AttentionKind kind, HashSet<Guid> orders)
    {
        List<AttentionItem> left = [.. kind.Items.Where(item => item.OrderId is not { } order || !orders.Contains(order))];
        return kind with { Items = left, Count = kind.Count - (kind.Items.Count - left.Count) };
    }

    static readonly string[] Ranks =
    [
        AttentionKinds.OrderAhead, AttentionKinds.OutcomeUnknown, AttentionKinds.RefundUnknown, AttentionKinds.DisputeOpen,
        AttentionKinds.DeadLetter, AttentionKinds.EventBehind, AttentionKinds.WebhookFailing, AttentionKinds.WebhookNotDelivered,
        AttentionKinds.EventRepublished,
    ];

    // A kind of a later release comes last.
    static int RankOf(string kind) => Array.IndexOf(Ranks, kind) is >= 0 and var rank ? rank : Ranks.Length;
}
