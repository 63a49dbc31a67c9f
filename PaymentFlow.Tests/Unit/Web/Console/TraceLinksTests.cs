using Microsoft.Extensions.Configuration;
using PaymentFlow.Web.Operators;

namespace PaymentFlow.Tests.Unit.Web.Console;

public sealed class TraceLinksTests
{
    [Theory]
    [InlineData("https://traces.example/trace/{traceId}?org=1", "0af7", "https://traces.example/trace/0af7?org=1")]
    [InlineData("https://traces.example/trace/{traceId}", null, null)]
    [InlineData("", "0af7", null)]
    [InlineData(null, "0af7", null)]
    public void A_trace_has_a_link_if_the_setting_exists(string? setting, string? trace, string? expected) =>
        Assert.Equal(expected, new TraceLinks(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Operator:TraceUrl", setting)]).Build()).UrlOf(trace));
}
