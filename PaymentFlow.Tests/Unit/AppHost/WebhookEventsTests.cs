using PaymentFlow.AppHost.Development;
using PaymentFlow.PaymentApi.Webhooks;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.AppHost;

/// <summary>The events of Stripe that PaymentApi needs, the sandbox sends and docs/deploy.md tells to register.</summary>
public sealed class WebhookEventsTests
{
    [Fact]
    public void The_sandbox_sends_what_PaymentApi_needs() =>
        Assert.Equal(StripeEventInbox.Types.Order(), StripeSandboxExtensions.WebhookEvents.Order());

    [Fact]
    public void The_docs_name_what_PaymentApi_needs()
    {
        var docs = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "deploy.md"));
        Assert.All(StripeEventInbox.Types, type => Assert.True(
            docs.Contains($"`{type}`", StringComparison.Ordinal)
                || docs.Contains($"`{type[..type.LastIndexOf('.')]}.*`", StringComparison.Ordinal),
            $"docs/deploy.md does not name {type}."));
    }
}
