using System.Net;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using PaymentFlow.OrderService.Webhooks.Endpoints;
using PaymentFlow.OrderService.Webhooks.Sending;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>To which addresses webhooks are sent outside Development. A list replaces DNS.</summary>
public sealed class WebhookSenderTests
{
    static readonly byte[] Body = Encoding.UTF8.GetBytes("{}");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("93.184.215.14", "127.0.0.1")]
    public async Task A_name_that_led_to_the_Internet_and_leads_into_our_network_later_gets_nothing(params string[] later)
    {
        await using var inside = await ShopEndpoint.StartAsync();
        var port = new Uri(inside.Url).Port;
        string[] now = ["93.184.215.14"];
        var addresses = Addresses((_, _) => Task.FromResult(Array.ConvertAll(now, IPAddress.Parse)));
        // The registration sees the address on the Internet.
        Assert.Null(await new WebhookEndpointRules(addresses, TimeProvider.System).CheckAsync(
            $"https://rebinding.example:{port}/webhooks", ["order.paid"], null, Token));
        now = later;

        using WebhookSender sender = new(addresses, new WebhookOptions(), TimeProvider.System);
        foreach (var scheme in (string[])["http", "https"])
        {
            var outcome = await sender.SendAsync(Request($"{scheme}://rebinding.example:{port}/webhooks"), Token);
            Assert.Equal((null, WebhookErrors.AddressNotAllowed), (outcome.Status, outcome.Error));
        }

        Assert.Empty(inside.Received);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/webhooks")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/webhooks")]
    [InlineData("http://2130706433:{0}/webhooks")]
    public async Task An_address_of_our_network_gets_nothing_even_if_it_is_in_the_database(string url)
    {
        await using var inside = await ShopEndpoint.StartAsync();
        using WebhookSender sender = new(Addresses(Dns.GetHostAddressesAsync), new WebhookOptions(), TimeProvider.System);

        var outcome = await sender.SendAsync(Request(string.Format(null, url, new Uri(inside.Url).Port)), Token);

        Assert.Equal(WebhookErrors.AddressNotAllowed, outcome.Error);
        Assert.Empty(inside.Received);
    }

    [Fact]
    public async Task An_unknown_name_and_a_server_without_TLS_are_told_apart()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        var addresses = Addresses((host, token) => host == "shop.example"
            ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
            : Task.FromException<IPAddress[]>(new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound)),
            allowPrivate: true);
        using WebhookSender sender = new(addresses, new WebhookOptions(), TimeProvider.System);

        var unknown = await sender.SendAsync(Request("https://unknown.example/"), Token);
        var plain = await sender.SendAsync(Request($"https://shop.example:{new Uri(shop.Url).Port}/webhooks"), Token);
        var answered = await sender.SendAsync(Request($"http://shop.example:{new Uri(shop.Url).Port}/webhooks"), Token);

        Assert.Equal(WebhookErrors.HostNotFound, unknown.Error);
        Assert.Equal(WebhookErrors.TlsFailed, plain.Error);
        Assert.Equal(204, answered.Status);
    }

    static WebhookRequest Request(string url) => new(url, Guid.CreateVersion7(), Body, [new byte[32]]);

    static WebhookAddresses Addresses(HostResolver resolve, bool? allowPrivate = null) => new(
        resolve, new WebhookOptions { AllowPrivateAddresses = allowPrivate },
        new HostingEnvironment { EnvironmentName = Environments.Production });
}
