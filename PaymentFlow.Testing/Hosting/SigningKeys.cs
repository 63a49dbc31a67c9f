using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Testing.Hosting;

/// <summary>
/// The keys of events and of webhooks' secrets for hosts and models that are started without AppHost.cs, and for drivers that write
/// events themselves.
/// </summary>
public static class SigningKeys
{
    const string Payments = "key-of-the-events-of-payments";
    const string Orders = "key-of-the-events-of-orders";
    const string Webhooks = "key-of-the-secrets-of-webhooks";

    /// <summary>The keys, to sign and verify with.</summary>
    public static EventKeys Both { get; } = Of(Payments, Orders);

    /// <summary>The keys as settings of a service.</summary>
    public static IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        [$"Events:Keys:{Topics.Payments}:0"] = Payments,
        [$"Events:Keys:{Topics.Orders}:0"] = Orders,
        ["Webhooks:Keys:0"] = Webhooks,
    };

    /// <summary>The keys as settings of AppHost.cs.</summary>
    public static IReadOnlyDictionary<string, string?> Parameters { get; } = new Dictionary<string, string?>
    {
        ["Parameters:payments-event-key"] = Payments,
        ["Parameters:orders-event-key"] = Orders,
        ["Parameters:webhook-key"] = Webhooks,
    };

    public static EventKeys Of(string payments, string orders) =>
        new([new(Topics.Payments, [payments]), new(Topics.Orders, [orders])]);

    /// <summary>Gives a service, or a host in this process, the keys.</summary>
    public static void AddSigningKeys(this IConfigurationBuilder configuration) => configuration.AddInMemoryCollection(Settings);

    public static IResourceBuilder<ProjectResource> WithSigningKeys(this IResourceBuilder<ProjectResource> service)
    {
        foreach (var (name, key) in Settings) service.WithEnvironment(name.Replace(":", "__", StringComparison.Ordinal), key);
        return service;
    }
}
