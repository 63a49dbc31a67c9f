using System.Net;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>Operators' notes on orders. That only operators write them is in the access matrix.</summary>
public sealed class NoteTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task Notes_are_listed_newest_first_page_by_page_and_recorded_without_their_text()
    {
        var path = $"/orders/{(await app.CreateAsync()).Id}/notes";
        foreach (var text in new[] { "first", "The customer\r\ncalled. <b>", "  third  " })
        {
            var added = await AddAsync(path, text);
            Assert.Equal((HttpStatusCode.Created, "Anna"), (added.Status, added["author"]));
        }

        var page = await app.AsOperatorAsync(HttpMethod.Get, $"{path}?limit=2");
        var rest = await app.AsOperatorAsync(HttpMethod.Get, $"{path}?limit=2&after={page["next"]}");

        Assert.Equal(["third", "The customer\ncalled. <b>"], TextsOf(page));
        Assert.Equal(["first"], TextsOf(rest));
        Assert.Null(rest["next"]);
        Assert.Equal("Anna order.note, Anna order.note, Anna order.note", await app.QueryAsync<string>("""
            SELECT string_agg(concat_ws(' ', actor, action, details::text), ', ') FROM operator_actions WHERE target = $1
            """, path.Split('/')[2]));
    }

    [Fact]
    public async Task A_note_that_is_empty_too_long_or_unreadable_is_refused()
    {
        var path = $"/orders/{(await app.CreateAsync()).Id}/notes";
        foreach (var text in new[] { "", " \r\n", new string('x', 2001), "a\0b", "a\u0007b", "\u200b" })
            Assert.Equal("invalid_note", (await AddAsync(path, text)).Code);
        Assert.Equal(HttpStatusCode.Created, (await AddAsync(path, new string('я', 2000))).Status);
        Assert.Equal("not_found", (await AddAsync($"/orders/{Guid.CreateVersion7()}/notes", "x")).Code);
        Assert.Equal("invalid_limit", (await app.AsOperatorAsync(HttpMethod.Get, $"{path}?limit=201")).Code);
        Assert.Equal("not_found", (await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{Guid.CreateVersion7()}/notes")).Code);
    }

    Task<Answer> AddAsync(string path, string text) => app.SendAsync(
        HttpMethod.Post, path, new { text }, ("X-Operator-Key", app.OperatorKey), ("X-Operator-Name", "Anna"));

    static IEnumerable<string> TextsOf(Answer page) => page.Body!["notes"]!.AsArray().Select(note => note!["text"]!.GetValue<string>());
}
