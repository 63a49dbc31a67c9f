using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using PaymentFlow.OrderService.Webhooks.Endpoints;
using PaymentFlow.OrderService.Webhooks.Sending;

namespace PaymentFlow.Tests.Unit.Webhooks;

/// <summary>Which endpoints may be registered outside Development. Names are looked up in a list instead of DNS.</summary>
public sealed class WebhookEndpointRulesTests
{
    static readonly Dictionary<string, string[]> Names = new()
    {
        ["shop.example"] = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
        ["localhost"] = ["127.0.0.1"],
        ["intranet.example"] = ["10.0.0.7"],
        ["mixed.example"] = ["93.184.215.14", "169.254.169.254"],
        [new IdnMapping().GetAscii("пример.example")] = ["93.184.215.14"],
    };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://shop.example/webhooks?shop=1")]
    [InlineData("https://shop.example:8443")]
    [InlineData("https://пример.example/")]
    [InlineData("https://93.184.215.14/")]
    [InlineData("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/")]
    public async Task A_public_HTTPS_address_is_accepted(string url) => Assert.Null(await CodeAsync(url));

    [Theory]
    [InlineData("")]
    [InlineData("shop.example")]
    [InlineData("/webhooks")]
    [InlineData("http://shop.example/")]
    [InlineData("ftp://shop.example/")]
    [InlineData("https://user:password@shop.example/")]
    [InlineData("https://user@shop.example/")]
    [InlineData("https://shop.example/#part")]
    [InlineData("https://shop.example/\n")]
    [InlineData("https://unknown.example/")]
    [InlineData("https://localhost/")]
    [InlineData("https://intranet.example/")]
    [InlineData("https://mixed.example/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:10.0.0.7]/")]
    [InlineData("https://[64:ff9b::a00:7]/")]
    public async Task Another_address_is_refused(string url) => Assert.Equal("invalid_webhook_url", await CodeAsync(url));

    [Fact]
    public async Task A_long_address_is_refused() =>
        Assert.Equal("invalid_webhook_url", await CodeAsync($"https://shop.example/{new string('a', WebhookEndpointRules.MaxUrlLength)}"));

    [Fact]
    public async Task Where_private_addresses_are_allowed_plain_HTTP_is_as_well()
    {
        Assert.Null(await CodeAsync("http://localhost:5300/webhooks", allowPrivate: true));
        Assert.Equal("invalid_webhook_url", await CodeAsync("ftp://localhost/", allowPrivate: true));
    }

    [Fact]
    public async Task Types_and_the_description_are_checked()
    {
        const string Url = "https://shop.example/";
        Assert.Null(await CodeAsync(Url, types: ["order.paid", "order.refunded"]));
        Assert.Null(await CodeAsync(Url, types: ["*"]));
        Assert.Null(await CodeAsync(Url, description: ""));
        Assert.Equal("invalid_event_types", await CodeAsync(Url, types: []));
        Assert.Equal("invalid_event_types", await CodeAsync(Url, types: [null]));
        Assert.Equal("invalid_event_types", await CodeAsync(Url, types: ["order.paid", "payment.succeeded"]));
        Assert.Equal("invalid_description", await CodeAsync(Url, description: "\0"));
        Assert.Equal("invalid_description", await CodeAsync(Url, description: new string('a', 201)));
    }

    static async Task<string?> CodeAsync(
        string url, bool allowPrivate = false, IReadOnlyList<string?>? types = null, string? description = null)
    {
        WebhookAddresses addresses = new(
            ResolveAsync, new WebhookOptions { AllowPrivateAddresses = allowPrivate ? true : null },
            new HostingEnvironment { EnvironmentName = Environments.Production });
        var problem = await new WebhookEndpointRules(addresses, TimeProvider.System).CheckAsync(
            url, types ?? ["order.paid"], description, Token);
        return (string?)problem?.ProblemDetails.Extensions["code"];
    }

    static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        IPAddress.TryParse(host, out var literal) ? Task.FromResult<IPAddress[]>([literal])
        : Names.TryGetValue(host, out var addresses) ? Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse))
        : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
}
