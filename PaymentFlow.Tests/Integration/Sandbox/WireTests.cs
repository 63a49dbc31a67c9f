using System.Net;
using System.Text;
using PaymentFlow.StripeSandbox;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class WireTests : IAsyncLifetime
{
    const string Intents = "/v1/payment_intents";

    SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task Answers_have_Stripes_headers()
    {
        var made = await _sandbox.PostAsync(Intents, new() { ["amount"] = "700", ["currency"] = "USD" });

        Assert.StartsWith("req_", made.Headers["Request-Id"], StringComparison.Ordinal);
        Assert.Equal("2026-10-28.endive", made.Headers["Stripe-Version"]);
        Assert.Equal("application/json", made.Headers["Content-Type"]);
        Assert.Equal("usd", made.Json.GetProperty("currency").GetString());
    }

    [Fact]
    public async Task The_key_is_accepted_as_Bearer_token_or_Basic_user_name_and_a_missing_or_wrong_key_is_401()
    {
        var intent = await _sandbox.CreateAsync();

        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"Bearer {SandboxHost.ApiKey}")).Status);
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes(SandboxHost.ApiKey + ":"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"Basic {basic}")).Status);
        foreach (var wrong in (string?[])[null, "Bearer sk_test_sandbox", "Bearer", "Basic !", "Digest x"])
        {
            var refused = await GetAsync(wrong);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
            Assert.Equal("invalid_request_error", refused.Error.GetProperty("type").GetString());
        }

        async Task<WireAnswer> GetAsync(string? authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Intents}/{intent.Id}");
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await _sandbox.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return await WireAnswer.ReadAsync(response);
        }
    }

    [Theory]
    [InlineData("amount", "12.5", "parameter_invalid_integer")]
    [InlineData("amount", "99999999999999999999", "parameter_invalid_integer")]
    [InlineData("amuont", "12", "parameter_unknown")]
    [InlineData("capture_method", "later", "parameter_invalid_enum")]
    [InlineData("capture_method", "manual", "parameter_invalid")]
    [InlineData("metadata[k]", "more than 500", "parameter_invalid_string")]
    public async Task A_wrong_parameter_is_named(string name, string value, string code)
    {
        if (value == "more than 500") value = new string('v', 501);
        var form = new Dictionary<string, string> { ["amount"] = "700", ["currency"] = "usd", [name] = value };

        var refused = await _sandbox.PostAsync(Intents, form);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal((code, name), (refused.Error.GetProperty("code").GetString(), refused.Error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task A_body_that_is_not_a_form_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Intents)
        {
            Content = new StringContent("{\"amount\":700}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", SandboxHost.ApiKey);
        using var response = await _sandbox.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            "content type",
            (await WireAnswer.ReadAsync(response)).Error.GetProperty("message").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_the_sandbox_does_not_support_is_404_with_Stripes_error_format()
    {
        var nowhere = await _sandbox.PostAsync("/v1/customers", []);

        Assert.Equal(HttpStatusCode.NotFound, nowhere.Status);
        Assert.Equal("invalid_request_error", nowhere.Error.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/_sandbox/charges", "application/json")]
    [InlineData("/health", "text/plain")]
    [InlineData("/alive", "text/plain")]
    public async Task Pages_without_a_key_answer(string path, string type)
    {
        using var response = await _sandbox.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("--environment=Production", "development only")]
    [InlineData("--Sandbox:ApiKey=sk_test_51abc", "Sandbox:ApiKey")]
    [InlineData("--Sandbox:ApiKey=", "Sandbox:ApiKey")]
    [InlineData("--Sandbox:JournalPath=", "Sandbox:JournalPath")]
    public void The_sandbox_refuses_to_start_with_one_line_that_names_the_reason(string argument, string named)
    {
        var wrong = Assert.Throws<SandboxSettingException>(() => SandboxApp.Create([.. SandboxHost.Arguments("unused"), argument]));

        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }
}
