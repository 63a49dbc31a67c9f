using PaymentFlow.Web.Checkout;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;
using PaymentFlow.Web.Shop;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>A form that is sent twice makes one order.</summary>
public sealed class PlacedOrdersTests : IDisposable
{
    static readonly Basket Basket = Basket.Empty.Set("mug", 1);

    readonly PlacedOrders _placed = new();
    readonly List<string?> _keys = [];

    [Fact]
    public async Task A_form_that_is_sent_again_before_the_answer_creates_no_second_order()
    {
        var key = PlacedOrders.NewKey();
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var first = _placed.PlaceAsync(key, Basket, CreateAfter(answer.Task));
        var second = _placed.PlaceAsync(key, Basket, CreateAfter(answer.Task));
        answer.SetResult();

        Assert.Equal((await first).Order, (await second).Order);
        Assert.Single(_keys);
    }

    [Fact]
    public async Task A_form_that_is_sent_again_after_the_answer_gets_the_same_order()
    {
        var key = PlacedOrders.NewKey();

        var first = await PlaceAsync(key, Basket);
        // The browser has read the first answer, which emptied the basket.
        var second = await PlaceAsync(key, Basket.Empty);

        Assert.Equal(first.Order, second.Order);
        Assert.Single(_keys);
    }

    [Fact]
    public async Task Another_form_or_another_basket_makes_another_order()
    {
        var key = PlacedOrders.NewKey();

        var first = await PlaceAsync(key, Basket);
        var otherForm = await PlaceAsync(PlacedOrders.NewKey(), Basket);
        var otherBasket = await PlaceAsync(key, Basket.Set("coffee", 1));

        Assert.Equal(3, new[] { first.Order!.Id, otherForm.Order!.Id, otherBasket.Order!.Id }.Distinct().Count());
        Assert.Equal(3, _keys.OfType<string>().Distinct().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    public async Task Without_a_key_each_form_makes_an_order(string? key)
    {
        var first = await PlaceAsync(key, Basket);
        var second = await PlaceAsync(key, Basket);

        Assert.NotEqual(first.Order!.Id, second.Order!.Id);
        Assert.Equal([null, null], _keys);
    }

    [Fact]
    public async Task A_failure_is_tried_again_with_the_same_idempotency_key()
    {
        var key = PlacedOrders.NewKey();

        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _placed.PlaceAsync(key, Basket, idempotencyKey =>
        {
            _keys.Add(idempotencyKey);
            return Task.FromException<(CreatedOrder?, Problem?)>(new ServiceUnavailableException("order-service"));
        }));
        var again = await PlaceAsync(key, Basket);

        Assert.NotNull(again.Order);
        Assert.Equal(2, _keys.Count);
        Assert.Equal(_keys[0], _keys[1]);
    }

    public void Dispose() => _placed.Dispose();

    Task<(CreatedOrder? Order, Problem? Problem)> PlaceAsync(string? key, Basket basket) =>
        _placed.PlaceAsync(key, basket, CreateAfter(Task.CompletedTask));

    Func<string?, Task<(CreatedOrder? Order, Problem? Problem)>> CreateAfter(Task answer) => async key =>
    {
        _keys.Add(key);
        await answer;
        return (new CreatedOrder(Guid.CreateVersion7(), "secret"), null);
    };
}
