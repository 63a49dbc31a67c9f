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
    [InlineData("<script>.1")]
    public void Invalid_lines_are_left_out(string? text) => Assert.Empty(Basket.Parse(text).Lines);

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
