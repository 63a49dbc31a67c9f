using PaymentFlow.Contracts.Attention;
using PaymentFlow.Web.Operators.Attention;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class AttentionStateTests
{
    static readonly Guid Order = Guid.CreateVersion7();

    [Fact]
    public void An_event_behind_is_left_out_while_its_order_has_a_dead_letter()
    {
        var state = AttentionState.Of(
            ListOf(new(AttentionKinds.DeadLetter, 1, [ItemOf(Order)]), new(AttentionKinds.WebhookFailing, 0, [])),
            // Not all of the 300 are listed.
            ListOf(new AttentionKind(AttentionKinds.EventBehind, 300, [ItemOf(Order), ItemOf(Guid.CreateVersion7()), ItemOf(null)])));

        Assert.Equal([(AttentionKinds.DeadLetter, 1, 1), (AttentionKinds.EventBehind, 299, 2)],
            state.Kinds.Select(kind => (kind.Kind, kind.Count, kind.Items.Count)));
        Assert.Equal(300, state.Count);
        Assert.Empty(state.Away);
    }

    [Fact]
    public void A_kind_whose_only_event_is_a_dead_letter_is_not_shown()
    {
        var state = AttentionState.Of(
            ListOf(new AttentionKind(AttentionKinds.DeadLetter, 1, [ItemOf(Order)])),
            ListOf(new AttentionKind(AttentionKinds.EventBehind, 1, [ItemOf(Order)])));

        Assert.Equal(AttentionKinds.DeadLetter, Assert.Single(state.Kinds).Kind);
    }

    [Fact]
    public void A_service_that_is_away_is_named_and_the_items_of_the_other_are_shown()
    {
        var state = AttentionState.Of(null, ListOf(
            new("a_kind_of_a_later_release", 1, [ItemOf(Order)]), new(AttentionKinds.OrderAhead, 1, [ItemOf(Order)])));

        Assert.Equal(["OrderService"], state.Away);
        Assert.Equal([AttentionKinds.OrderAhead, "a_kind_of_a_later_release"], state.Kinds.Select(kind => kind.Kind));
    }

    static AttentionList ListOf(params AttentionKind[] kinds) => new(DateTimeOffset.UnixEpoch, kinds);

    static AttentionItem ItemOf(Guid? order) => new($"{Guid.CreateVersion7()}", DateTimeOffset.UnixEpoch, order);
}
