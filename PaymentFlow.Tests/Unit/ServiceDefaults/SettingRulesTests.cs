using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Messaging.Push;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>Settings that would be ignored, or fail later, if a service started with them.</summary>
public sealed class SettingRulesTests
{
    [Theory]
    [InlineData("Clients:AllowedOrigins:0", "*")]
    [InlineData("Clients:AllowedOrigins:0", "null")]
    [InlineData("Clients:AllowedOrigins:1", "https://*.shop.example")]
    [InlineData("Clients:AllowedOrigins:0", "https://shop.example/basket")]
    [InlineData("Clients:AllowedOrigins:0", "https://shop.example/?")]
    [InlineData("Clients:AllowedOrigins:0", "https://shop.example#top")]
    [InlineData("Clients:AllowedOrigins:0", "https://anna@shop.example")]
    [InlineData("Clients:AllowedOrigins:0", "shop.example")]
    [InlineData("Clients:AllowedOrigins:0", "shop.example:8080")]
    [InlineData("Clients:AllowedOrigins:0", "ftp://shop.example")]
    [InlineData("Clients:AllowedOrigins:0", "wss://shop.example")]
    [InlineData("Clients:AllowedOrigins:0", "https://shop.example:99999")]
    [InlineData("Clients:AllowedOrigins:0", "https://a.example,https://b.example")]
    [InlineData("Clients:AllowedOrigins:0", "https://a.example https://b.example")]
    [InlineData("Clients:AllowedOrigins:0", "https://")]
    [InlineData("Checkout:BaseUrl", "shop.example")]
    [InlineData("Checkout:BaseUrl", "https://shop.example/pay")]
    [InlineData("Checkout:BaseUrl", "https://anna@shop.example")]
    [InlineData("Proxies:Known:0", "proxy.example")]
    [InlineData("Proxies:Known:0", "10")]
    [InlineData("Proxies:Known:0", "10.0.0.0/33")]
    [InlineData("RateLimits:AtOnce", "0")]
    [InlineData("RateLimits:NetworkFactor", "0")]
    [InlineData("OpenApi:Public", "yes")]
    [InlineData("RateLimits:ServicesAtOnce", "unlimited")]
    [InlineData("RateLimits:orders:Permits", "-1")]
    [InlineData("RateLimits:orders:Permits", "many")]
    [InlineData("RateLimits:orders:Permits", "1.5")]
    [InlineData("RateLimits:keys:WindowSeconds", "0")]
    [InlineData("RateLimits:keys:WindowSeconds", "1,5")]
    [InlineData("RateLimits:keys:WindowSeconds", "NaN")]
    [InlineData("RateLimits:keys:WindowSeconds", "1e300")]
    [InlineData("Shutdown:TurnAwayFor", "3")]
    [InlineData("Shutdown:TurnAwayFor", "-00:00:01")]
    [InlineData("Pruning:outbox:Keep", "7")]
    [InlineData("Pruning:outbox:Keep", "00:00:00")]
    [InlineData("Operator:Oidc:Authority", "accounts.example")]
    [InlineData("Operator:TraceUrl", "https://traces.example/trace/")]
    [InlineData("Operator:TraceUrl", "traces.example/{traceId}")]
    [InlineData("Operator:Oidc:Authority", "http://accounts.example")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("ConnectionStrings:ordersdb", "postgres://shop:pw@db.example/ordersdb?timeout=5")]
    [InlineData("ConnectionStrings:paymentsdb", "db.example")]
    public void A_wrong_value_is_one_problem_with_the_settings_name(string setting, string value)
    {
        var problem = Assert.Single(SettingRules.Problems(Of((setting, value)), development: false));
        Assert.StartsWith($"{setting} ", problem, StringComparison.Ordinal);
        Assert.Contains("set it", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Theory]
    [InlineData("Clients:AllowedOrigins:0", "https://shop.example")]
    [InlineData("Clients:AllowedOrigins:0", "https://shop.example/")]
    [InlineData("Clients:AllowedOrigins:0", "HTTPS://Shop.Example:443")]
    [InlineData("Clients:AllowedOrigins:0", "https://магазин.example")]
    [InlineData("Clients:AllowedOrigins:0", "http://[::1]:3000")]
    [InlineData("Clients:AllowedOrigins:0", "")]
    [InlineData("Proxies:Known:0", "10.0.0.4")]
    [InlineData("Proxies:Known:0", "fd00::/8")]
    [InlineData("RateLimits:AtOnce", "1000000")]
    [InlineData("RateLimits:orders:WindowSeconds", "0.5")]
    [InlineData("Shutdown:TurnAwayFor", "00:00:00")]
    [InlineData("Pruning:outbox:Keep", "7.00:00:00")]
    [InlineData("Operator:Oidc:Authority", "https://accounts.example/tenant/v2.0")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317")]
    [InlineData("ConnectionStrings:ordersdb", "Host=db.example;Database=ordersdb;Username=shop;Password=\"a;b\"")]
    [InlineData("ConnectionStrings:kafka", "a.example:9092,b.example:9092")]
    public void A_right_value_is_no_problem(string setting, string value) =>
        Assert.Empty(SettingRules.Problems(Of((setting, value)), development: false));

    [Theory]
    [InlineData("Operator:Key")]
    [InlineData("Operator:ViewerKey")]
    [InlineData("Merchant:ApiKey")]
    [InlineData("Services:Key")]
    public void A_key_has_at_least_24_characters_outside_Development(string setting)
    {
        const string Long = "abcdefghijklmnopqrstuvwx";
        Assert.Empty(SettingRules.Problems(Of((setting, Long)), development: false));
        Assert.Empty(SettingRules.Problems(Of((setting, "a")), development: true));
        var problem = Assert.Single(SettingRules.Problems(Of((setting, Long[..23])), development: false));
        Assert.StartsWith($"{setting} has fewer than 24 characters", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Long[..23], problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Viewers_have_a_key_of_their_own()
    {
        const string Key = "abcdefghijklmnopqrstuvwxyz";
        Assert.Empty(SettingRules.Problems(Of(("Operator:Key", Key), ("Operator:ViewerKey", "")), development: true));
        Assert.Empty(SettingRules.Problems(Of(("Operator:Key", Key), ("Operator:ViewerKey", $"{Key}2")), development: true));
        var problem = Assert.Single(SettingRules.Problems(Of(("Operator:Key", Key), ("Operator:ViewerKey", Key)), development: true));
        Assert.StartsWith("Operator:ViewerKey is the same as Operator:Key", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Operator:Key", "a-key-that-was-pasted-\n-in-two-lines")]
    [InlineData("Merchant:ApiKey", "a-key-that-was-pasted with-a-space")]
    [InlineData("Services:Key", "abcdefghijklmnopqrstuvwxyz\u200B")]
    [InlineData("Operator:Oidc:ClientSecret", "\u201C-abc-\u201D")]
    public void A_secret_in_two_lines_or_with_strange_characters_is_a_problem_everywhere(string setting, string value)
    {
        var problem = Assert.Single(SettingRules.Problems(Of((setting, value)), development: true));
        Assert.StartsWith($"{setting} has a space, a line break", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(value, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_with_a_line_feed_after_it_is_read_without_it()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Operator:Key"] = "abcdefghijklmnopqrstuvwxyz\r\n",
            ["Stripe:WebhookSecrets:0"] = " whsec_1\n",
            ["ConnectionStrings:ordersdb"] = "\tHost=db.example\n",
        });

        builder.RequireSettings("Operator:Key");

        Assert.Equal("abcdefghijklmnopqrstuvwxyz", builder.Configuration["Operator:Key"]);
        Assert.Equal(["whsec_1"], builder.ReadSettings<StripeOptions>("Stripe").WebhookSecrets);
        Assert.Equal("Host=db.example", builder.Configuration.GetConnectionString("ordersdb"));
    }

    [Fact]
    public void A_single_value_is_a_list_with_one_entry()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Clients:AllowedOrigins"] = "https://shop.example",
            ["Stripe:WebhookSecrets"] = "whsec_1",
        });

        builder.RequireSettings();

        Assert.Equal("https://shop.example", builder.Configuration["Clients:AllowedOrigins:0"]);
        Assert.Equal(["whsec_1"], builder.ReadSettings<StripeOptions>("Stripe").WebhookSecrets);
    }

    [Theory]
    [InlineData("FirstCheck", "10")]
    [InlineData("FirstCheck", "soon")]
    [InlineData("AbandonAfter", "-00:30:00")]
    [InlineData("LaterChecks:1", "5min")]
    public void A_time_of_a_section_is_written_as_a_time(string name, string value)
    {
        var problem = SettingRules.Read<PaymentTiming>(Of(($"Payments:{name}", value)).GetSection("Payments"), out _);
        Assert.StartsWith($"Payments:{name} is '{value}'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_is_read_with_its_ranges()
    {
        var delivery = Of(("Delivery:MaxPerSecond", "7"), ("Delivery:Every", "00:00:02")).GetSection("Delivery");
        Assert.Null(SettingRules.Read<DeliveryOptions>(delivery, out var settings));
        Assert.Equal((7, TimeSpan.FromSeconds(2)), (settings.MaxPerSecond, settings.Every));

        Assert.Contains("Delivery:MaxPerSecond", Problem<DeliveryOptions>("Delivery:MaxPerSecond", "0"), StringComparison.Ordinal);
        Assert.Contains("Delivery:MaxPerSecond", Problem<DeliveryOptions>("Delivery:MaxPerSecond", "many"), StringComparison.Ordinal);
        Assert.Contains("Screens:Every", Problem<WatchedOrdersOptions>("Screens:Every", "01:00:00"), StringComparison.Ordinal);
        Assert.Contains("Stripe:LiveMode", Problem<StripeOptions>("Stripe:LiveMode", "perhaps"), StringComparison.Ordinal);
    }

    static string? Problem<T>(string setting, string value) where T : class, new() =>
        SettingRules.Read<T>(Of((setting, value)).GetSection(setting[..setting.IndexOf(':', StringComparison.Ordinal)]), out _);

    static IConfiguration Of(params (string Setting, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Setting, (string?)setting.Value))).Build();
}
