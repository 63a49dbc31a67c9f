using PaymentFlow.Web.Security;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class LocalUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/checkout")]
    [InlineData("/operator?search=a%20b&x=1#top")]
    [InlineData("/%09/evil.example")]
    [InlineData("/path//more")]
    public void An_address_of_this_site_is_kept(string url) => Assert.Equal(url, LocalUrl.Of(url, "/home"));

    [Theory]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/поиск?q=кружка", "/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA?q=%D0%BA%D1%80%D1%83%D0%B6%D0%BA%D0%B0")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a\\b", "/a%5Cb")]
    [InlineData("/\"><script>", "/%22%3E%3Cscript%3E")]
    public void Characters_that_a_header_cannot_hold_are_escaped(string url, string escaped) =>
        Assert.Equal(escaped, LocalUrl.Of(url, "/home"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("evil")]
    [InlineData("~/evil")]
    [InlineData(" /evil")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("/\r\nSet-Cookie: a=b")]
    [InlineData("/a\u0085b")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    public void Any_other_address_is_replaced(string? url) => Assert.Equal("/home", LocalUrl.Of(url, "/home"));
}
