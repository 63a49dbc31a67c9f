using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed class OrderAccessTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task A_client_secret_gives_access_to_its_own_order_only()
    {
        var mine = await app.CreateAsync();
        var another = await app.CreateAsync();

        using var seen = await GetAsync(mine.Id, ("Authorization", $"Bearer {mine.ClientSecret}"));
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        var order = await seen.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(mine.Reference, order.GetProperty("reference").GetString());
        Assert.False(order.TryGetProperty("clientSecret", out _));

        using var refused = await GetAsync(another.Id, ("Authorization", $"Bearer {mine.ClientSecret}"));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task Without_a_token_the_answer_is_401_whether_the_order_exists_or_not()
    {
        var order = await app.CreateAsync();
        foreach (var id in new[] { order.Id, Guid.CreateVersion7() })
        {
            using var response = await GetAsync(id);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("unauthorized", await CodeOf(response));
        }
    }

    [Fact]
    public async Task A_wrong_token_and_an_unknown_order_get_the_same_answer()
    {
        var order = await app.CreateAsync();
        foreach (var id in new[] { order.Id, Guid.CreateVersion7() })
        {
            using var response = await GetAsync(id, ("Authorization", "Bearer nonsense"));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("not_found", await CodeOf(response));
        }
    }

    [Fact]
    public async Task Operators_and_services_see_every_order_and_merchants_none()
    {
        var order = await app.CreateAsync();
        foreach (var (name, value, status) in new[]
        {
            ("X-Operator-Key", app.OperatorKey, HttpStatusCode.OK),
            ("X-Service-Key", app.ServiceKey, HttpStatusCode.OK),
            ("X-Api-Key", app.MerchantKey, HttpStatusCode.Unauthorized),
            ("X-Operator-Key", app.OperatorKey + "x", HttpStatusCode.Unauthorized),
        })
        {
            using var response = await GetAsync(order.Id, (name, value));
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_service_key_beside_a_wrong_token_gives_no_access()
    {
        var order = await app.CreateAsync();
        using var alone = await GetAsync(order.Id, ("X-Service-Key", app.ServiceKey));
        Assert.Equal(HttpStatusCode.OK, alone.StatusCode);
        using var withToken = await GetAsync(order.Id, ("X-Service-Key", app.ServiceKey), ("Authorization", "Bearer nonsense"));
        Assert.Equal(HttpStatusCode.NotFound, withToken.StatusCode);
    }

    [Fact]
    public async Task The_operator_key_beside_a_wrong_token_gives_no_access_either()
    {
        var order = await app.CreateAsync();
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, $"/orders/{order.Id}"), (HttpMethod.Post, $"/orders/{order.Id}/cancel"),
            (HttpMethod.Get, $"/orders/{order.Id}/live"), (HttpMethod.Get, $"/orders/{order.Id}/events"),
        })
        {
            var refused = await app.SendAsync(
                method, path, null, ("X-Operator-Key", app.OperatorKey), ("Authorization", "Bearer nonsense"));
            Assert.Equal(HttpStatusCode.NotFound, refused.Status);
        }
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a b")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer", 513)]
    public async Task A_malformed_token_beside_a_key_is_unauthorized(string authorization, int letters = 0)
    {
        var order = await app.CreateAsync();
        var offered = letters == 0 ? authorization : $"{authorization} {new string('a', letters)}";
        foreach (var (method, path) in new[] { (HttpMethod.Get, $"/orders/{order.Id}"), (HttpMethod.Post, $"/orders/{order.Id}/cancel") })
        {
            using HttpRequestMessage request = new(method, path);
            request.Headers.Add("X-Service-Key", app.ServiceKey);
            request.Headers.Add("X-Operator-Key", app.OperatorKey);
            request.Headers.TryAddWithoutValidation("Authorization", offered);
            using var response = await SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task An_invalid_order_id_is_not_found()
    {
        using var response = await app.Http.GetAsync("/orders/1%20OR%201=1", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("not_found", await CodeOf(response));
    }

    [Fact]
    public async Task Versions_are_available_to_services_only()
    {
        var order = await app.CreateAsync();
        Guid[] ids = [order.Id, Guid.CreateVersion7()];
        using var refused = await app.Http.PostAsJsonAsync("/orders/versions", ids, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        using HttpRequestMessage request = new(HttpMethod.Post, "/orders/versions") { Content = JsonContent.Create(ids) };
        request.Headers.Add("X-Service-Key", app.ServiceKey);
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var versions = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var known = Assert.Single(versions.EnumerateObject());
        Assert.Equal(order.Id.ToString(), known.Name);
        Assert.Equal((1, 0), (known.Value.GetProperty("version").GetInt64(), known.Value.GetProperty("paymentVersion").GetInt64()));
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("[{order},{order}]")]
    [InlineData("[{order},null]")]
    [InlineData("[{none}]")]
    public async Task A_report_of_pushes_with_a_wrong_record_stores_nothing(string body)
    {
        var order = await app.CreateAsync();

        var refused = await ReportAsync(order, body);

        Assert.Equal((HttpStatusCode.BadRequest, "malformed_request"), (refused.Status, refused.Code));
        Assert.Equal(0L, await app.QueryAsync<long>("SELECT count(*) FROM order_pushes WHERE order_id = $1", order.Id));
    }

    [Fact]
    public async Task Reports_of_pushes_add_up_to_the_largest_number_at_most()
    {
        var order = await app.CreateAsync();

        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.NoContent, (await ReportAsync(order, "[{most}]")).Status);

        Assert.Equal(int.MaxValue, await app.QueryAsync<int>("SELECT screens FROM order_pushes WHERE order_id = $1", order.Id));
    }

    [Theory]
    [InlineData("/orders/journey?reference=%00")]
    [InlineData("/orders/journey?reference=PF-1%00")]
    [InlineData("/orders/journey")]
    [InlineData("/dead-letters?after=x")]
    [InlineData("/dead-letters?limit=x")]
    [InlineData("/operator-actions?limit=99999999999")]
    public async Task A_query_that_cannot_be_read_is_malformed(string path)
    {
        var refused = await app.AsOperatorAsync(HttpMethod.Get, path);
        Assert.Equal((HttpStatusCode.BadRequest, "malformed_request"), (refused.Status, refused.Code));
    }

    async Task<Answer> ReportAsync(CreatedOrder order, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/orders/pushes")
        {
            Content = new StringContent(
                body.Replace("{order}", Record(1), StringComparison.Ordinal).Replace("{none}", Record(0), StringComparison.Ordinal)
                    .Replace("{most}", Record(int.MaxValue), StringComparison.Ordinal),
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Service-Key", app.ServiceKey);
        return await Answer.OfAsync(await SendAsync(request));

        string Record(int screens) => JsonSerializer.Serialize(
            new PushReceipt(order.Id, 1, screens, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), JsonSerializerOptions.Web);
    }

    async Task<HttpResponseMessage> GetAsync(Guid id, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"/orders/{id}");
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await SendAsync(request);
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        await app.Http.SendAsync(request, TestContext.Current.CancellationToken);

    static async Task<string?> CodeOf(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code").GetString();
}
