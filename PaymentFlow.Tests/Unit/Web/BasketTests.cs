using PaymentFlow.Web.Shop;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class BasketTests
{
    [Fact]
    public void A_basket_reads_what_it_wrote()
    {
        var basket = Basket.Empty.Set("mug", 2).Set("coffee", 1).Set("gift-card_2", 99);

        Assert.Equal(basket.Lines, Basket.Parse(basket.ToString()).Lines);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("~~~")]
    [InlineData("mug")]
    [InlineData("mug.")]
    [InlineData(".1")]
    [InlineData("mug.-1")]
    [InlineData("mug.0")]
    [InlineData("mug.1.5e3")]
    [InlineData("mug.99999999999999999999")]
    [InlineData("m;ug.1")]
    [InlineData("кружка.1")]
    [InlineData("..1")]
    [InlineData(".0L.1")]
    [InlineData(".!!!!.1")]
    [InlineData("._w.1")]
    [InlineData(".AA.1")]
    [InlineData("<script>.1")]
    public void Invalid_lines_are_left_out(string? text) => Assert.Empty(Basket.Parse(text).Lines);

    [Theory]
    [InlineData("sku.42")]
    [InlineData(".42")]
    [InlineData("T-Shirt/Red M")]
    [InlineData("кружка")]
    [InlineData("a~b.1~c")]
    [InlineData("100% \"wool\"; <red>, \\ & more")]
    [InlineData("%7E+%2E")]
    [InlineData("🫖")]
    public void A_product_id_may_have_any_characters_that_are_shown(string id)
    {
        var basket = Basket.Empty.Set("mug", 2).Set(id, 3).Set("coffee", 1);

        Assert.Equal(3, basket.QuantityOf(id));
        Assert.Equal(basket.Lines, Basket.Parse(basket.ToString()).Lines);
        // The cookie needs no escapes.
        Assert.Equal(basket.ToString(), Uri.EscapeDataString(basket.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mug\n")]
    [InlineData("mu\0g")]
    [InlineData("a", 65)]
    [InlineData("к", 65)]
    public void A_product_id_that_is_empty_long_or_has_controls_is_not_taken(string id, int times = 1) =>
        Assert.Empty(Basket.Empty.Set(string.Concat(Enumerable.Repeat(id, times)), 1).Lines);

    [Fact]
    public void A_basket_fits_into_a_cookie()
    {
        var basket = Basket.Empty;
        for (var i = 0; i < Basket.MaxLines; i++) basket = basket.Set(new string('к', 60) + i, 99);

        Assert.InRange(basket.Lines.Count, 20, Basket.MaxLines - 1);
        Assert.InRange(basket.ToString().Length, 1, 3_900);
        Assert.Equal(basket.Lines, Basket.Parse(basket.ToString()).Lines);
        // A quantity can still be changed, and a product removed.
        Assert.Equal(1, basket.Set(basket.Lines[0].ProductId, 1).QuantityOf(basket.Lines[0].ProductId));
    }

    [Fact]
    public void A_quantity_is_capped_and_zero_removes_the_line()
    {
        Assert.Equal(Basket.MaxQuantity, Basket.Empty.Set("mug", 1_000).QuantityOf("mug"));
        Assert.Empty(Basket.Empty.Set("mug", 1).Set("mug", 0).Lines);
        Assert.Empty(Basket.Empty.Set("mug", -1).Lines);
    }

    [Fact]
    public void A_basket_holds_a_limited_number_of_lines()
    {
        var basket = Basket.Empty;
        for (var i = 0; i < Basket.MaxLines + 5; i++) basket = basket.Set($"product-{i}", 1);

        Assert.Equal(Basket.MaxLines, basket.Lines.Count);
    }
}
