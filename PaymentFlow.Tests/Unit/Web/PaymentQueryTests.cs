using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using PaymentFlow.Web.Operators;
using PaymentFlow.Web.Operators.Payments;

namespace PaymentFlow.Tests.Unit.Web;

/// <summary>The filters of the payments page in its address, and PaymentApi's query for them.</summary>
public sealed class PaymentQueryTests
{
    [Theory]
    [InlineData("", "/operator", "")]
    [InlineData("q=+PF-1+&status=&currency=&from=&min=", "/operator?q=PF-1", "q=PF-1")]
    [InlineData("status=failed&currency=JPY&min=500", "/operator?status=failed&currency=jpy&min=500",
        "status=failed&currency=jpy&minAmount=500")]
    [InlineData("min=1%2C5&max=12.34", "/operator?min=1.5&max=12.34", "minAmount=150&maxAmount=1234")]
    [InlineData("min=20&max=10", "/operator?min=10&max=20", "minAmount=1000&maxAmount=2000")]
    [InlineData("from=2026-02-28&to=2026-02-28", "/operator?from=2026-02-28&to=2026-02-28",
        "from=2026-02-28T00%3A00%3A00Z&to=2026-03-01T00%3A00%3A00Z")]
    [InlineData("unknown=true&refunded=true&disputed=true", "/operator?unknown=true&refunded=true&disputed=true",
        "unknownOutcome=true&refunded=true&disputed=true")]
    [InlineData("status=paid&currency=xyz&from=2026-13-01&min=-1&max=1e9&unknown=yes&after=1", "/operator", "")]
    public void An_address_is_read_leniently_and_written_without_empty_values(string query, string address, string api)
    {
        var read = Read(query);
        Assert.Equal((address, api), (read.Address, read.ToApi()));
        Assert.Equal(read, Read(QueryOf(read.Address)));
    }

    [Fact]
    public void Each_filter_has_an_address_without_it_that_leads_to_the_first_page()
    {
        var read = Read($"q=mug&status=failed&min=5&after={Guid.CreateVersion7()}");

        Assert.Equal(
            [
                ("q", "mug", "/operator?status=failed&min=5"), ("status", "failed", "/operator?q=mug&min=5"),
                ("min", "5", "/operator?q=mug&status=failed"),
            ],
            read.Filters().Select(filter => (filter.Name, filter.Value, filter.Without.Address)));
        Assert.Equal("/operator/payments/export?q=mug&status=failed&min=5", read.ExportAddress);
    }

    [Fact]
    public void Days_begin_at_the_readers_midnight()
    {
        // Clocks in Berlin are set forward on 29 March 2026.
        Assert.Equal(
            "from=2026-03-28T23%3A00%3A00Z&to=2026-03-29T22%3A00%3A00Z",
            Read("from=2026-03-29&to=2026-03-29", "Europe/Berlin").ToApi());
        Assert.True(Read("", "Europe/Berlin").IsEverything);
        Assert.False(Read("", "Europe/Berlin").HasFilters);
    }

    static PaymentQuery Read(string query, string? zone = null) =>
        PaymentQuery.Of(new QueryCollection(QueryHelpers.ParseQuery(query)), ReaderZone.Of(zone));

    static string QueryOf(string address) => address.Contains('?', StringComparison.Ordinal) ? address[(address.IndexOf('?') + 1)..] : "";
}
