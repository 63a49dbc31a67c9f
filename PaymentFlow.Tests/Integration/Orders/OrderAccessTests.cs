using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

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

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a b")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer", 513)]
    public async Task A_malformed_token_beside_a_service_key_is_unauthorized(string authorization, int letters = 0)
    {
        var order = await app.CreateAsync();
        var offered = letters == 0 ? authorization : $"{authorization} {new string('a', letters)}";
        foreach (var (method, path) in new[] { (HttpMethod.Get, $"/orders/{order.Id}"), (HttpMethod.Post, $"/orders/{order.Id}/cancel") })
        {
            using HttpRequestMessage request = new(method, path);
            request.Headers.Add("X-Service-Key", app.ServiceKey);
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
