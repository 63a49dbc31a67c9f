using PaymentFlow.Web.Branding;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>The look of the checkout: a color that is hard to read, or a logo that the pages may not load, stops the start.</summary>
public sealed class CheckoutOptionsTests
{
    [Theory]
    [InlineData("#0b6a5b")]
    [InlineData("#000000")]
    [InlineData("#1D4ED8")]
    [InlineData("#b91c1c")]
    [InlineData("#6d28d9")]
    public void Every_text_in_an_accepted_color_is_readable_on_light_and_on_dark_pages(string color)
    {
        var options = new CheckoutOptions { AccentColor = color }.Complete(out var problem);

        Assert.Null(problem);
        foreach (var palette in options.Theme!.Pairs)
        {
            Assert.True(palette.Ink.ContrastWith(palette.Brand) >= AccentTheme.Readable, $"{palette.Ink} on {palette.Brand}");
            Assert.True(palette.Ink.ContrastWith(palette.Strong) >= AccentTheme.Readable, $"{palette.Ink} on {palette.Strong}");
            Assert.True(palette.Strong.ContrastWith(palette.Soft) >= AccentTheme.Readable, $"{palette.Strong} on {palette.Soft}");
            Assert.True(palette.Brand.ContrastWith(palette.Soft) >= 3, $"{palette.Brand} on {palette.Soft}");
            Assert.All(palette.Backgrounds, page =>
            {
                Assert.True(palette.Brand.ContrastWith(page) >= AccentTheme.Readable, $"{palette.Brand} on {page}");
                Assert.True(palette.Strong.ContrastWith(page) >= AccentTheme.Readable, $"{palette.Strong} on {page}");
            });
        }
        Assert.Contains(color, options.Theme.Css, StringComparison.OrdinalIgnoreCase);
        Assert.Equal($"/checkout/theme.css?v={color[1..]}", options.ThemeUrl(), ignoreCase: true);
    }

    [Theory]
    [InlineData("#ffd400", "#")]
    [InlineData("#ffffff", "#")]
    [InlineData("#808080", "#")]
    [InlineData("green", "#0b6a5b")]
    [InlineData("#123", "#0b6a5b")]
    [InlineData("#0b6a5bff", "#0b6a5b")]
    [InlineData("#0b6a5g", "#0b6a5b")]
    [InlineData("red;}body{display:none", "#0b6a5b")]
    public void A_color_that_is_hard_to_read_is_one_problem_with_a_color_that_is_not(string color, string remedy)
    {
        new CheckoutOptions { AccentColor = color }.Complete(out var problem);

        Assert.NotNull(problem);
        Assert.StartsWith($"Checkout:AccentColor is '{color}'", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
        var proposed = problem[(problem.LastIndexOf("such as ", StringComparison.Ordinal) + 8)..].TrimEnd('.');
        Assert.StartsWith(remedy, proposed, StringComparison.Ordinal);
        new CheckoutOptions { AccentColor = proposed }.Complete(out var remaining);
        Assert.Null(remaining);
    }

    [Theory]
    [InlineData("/logo.svg", null)]
    [InlineData("https://cdn.shop.example/logo.svg?v=2", "https://cdn.shop.example")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_content_security_policy_admits_the_logos_site(string? logo, string? origin)
    {
        var options = new CheckoutOptions { LogoUrl = logo }.Complete(out var problem);
        Assert.Equal((null, origin), (problem, options.LogoOrigin));
    }

    [Theory]
    [InlineData("logo.svg")]
    [InlineData("//cdn.example/logo.svg")]
    [InlineData("http://cdn.example/logo.svg")]
    [InlineData("data:image/svg+xml,<svg/>")]
    [InlineData("https://cdn.example/a;script-src *")]
    [InlineData("https://anna@cdn.example/logo.svg")]
    public void A_logo_that_pages_may_not_load_is_a_problem(string logo)
    {
        new CheckoutOptions { LogoUrl = logo }.Complete(out var problem);
        Assert.StartsWith($"Checkout:LogoUrl is '{logo}'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Black_on_white_has_the_greatest_contrast() => Assert.Equal(21, Rgb.Black.ContrastWith(Rgb.White), 2);

    [Fact]
    public void Empty_settings_are_as_good_as_none()
    {
        var options = new CheckoutOptions { Name = " ", LogoUrl = "", AccentColor = "" }.Complete(out var problem);
        Assert.Equal((null, "PaymentFlow", true, null), (problem, options.Name, options.IsOurs, options.ThemeUrl()));
    }
}
