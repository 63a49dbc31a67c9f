namespace Shop;

/// <summary>The shop's settings. docs/integrate.md describes them.</summary>
/// <param name="Orders">OrderService's address.</param>
/// <param name="Payments">PaymentApi's address, for payments on the shop's own page.</param>
/// <param name="MerchantKey">Lets this shop set an order's amount. It stays on the server.</param>
/// <param name="PublicUrl">The shop's own address, as customers and PaymentFlow see it.</param>
/// <param name="DataFolder">Where the shop keeps its webhook secret.</param>
/// <param name="WebhookSecrets">The secret of an endpoint that was registered by hand; two while it is replaced. Empty otherwise.</param>
/// <param name="ByKafka">Whether events come from Kafka, and not by webhooks.</param>
sealed record ShopSettings(
    string Orders, string Payments, string MerchantKey, string PublicUrl, string DataFolder, IReadOnlyList<string> WebhookSecrets,
    bool ByKafka)
{
    public string WebhookUrl => PublicUrl + WebhookEvents.Path;

    public static ShopSettings From(IConfiguration configuration) => new(
        Required(configuration, "PaymentFlow:Orders"),
        Required(configuration, "PaymentFlow:Payments"),
        Required(configuration, "PaymentFlow:MerchantKey"),
        (configuration["PublicUrl"] ?? Required(configuration, "Urls")).TrimEnd('/'),
        configuration["DataFolder"] ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
            "paymentflow-sample-shop"),
        configuration["PaymentFlow:WebhookSecrets"]?.Split(',', StringSplitOptions.TrimEntries) ?? [],
        configuration["Fulfilment"] switch
        {
            null or "webhook" => false,
            "kafka" => true,
            _ => throw new InvalidOperationException("The setting Fulfilment is webhook or kafka. See docs/integrate.md."),
        });

    public static string Required(IConfiguration configuration, string name) =>
        configuration[name]?.Trim() ?? throw new InvalidOperationException($"The setting {name} is missing. See docs/integrate.md.");
}
