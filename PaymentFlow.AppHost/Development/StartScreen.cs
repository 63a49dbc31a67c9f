using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Contracts;

namespace PaymentFlow.AppHost.Development;

/// <summary>Prints the addresses and keys when everything is healthy, or the resource that failed to start.</summary>
sealed class StartScreen(
    DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService loggers,
    IConfiguration configuration) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var resources = model.Resources.Where(resource => resource.HasAnnotationOfType<HealthCheckAnnotation>()).ToList();
        try
        {
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var failures = resources.Select(resource => ReportFailureAsync(resource, failed.Token)).ToList();
            await Task.WhenAll(resources.Select(resource =>
                notifications.WaitForResourceHealthyAsync(resource.Name, WaitBehavior.WaitOnResourceUnavailable, stoppingToken)));
            await failed.CancelAsync();
            await Task.WhenAll(failures);
            Console.WriteLine(await DescribeAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    async Task ReportFailureAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await notifications.WaitForResourceAsync(resource.Name, KnownResourceStates.FailedToStart, cancellationToken);
            var reason = "see its log in the dashboard";
            await foreach (var lines in loggers.GetAllAsync(resource).WithCancellation(cancellationToken))
                if (lines.LastOrDefault(line => line.IsErrorMessage) is { Content: { Length: > 0 } content }) reason = content;
            Console.Error.WriteLine($"{resource.Name} did not start: {reason}");
        }
        catch (OperationCanceledException)
        {
            // The resource started.
        }
    }

    async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        StringBuilder screen = new();
        screen.AppendLine();
        foreach (var (name, title, path) in (IEnumerable<(string, string, string)>)
            [
                ("web", "Shop", "/"), ("web", "Operator console", "/operator"), ("payment-api", "PaymentApi", "/scalar"),
                ("order-service", "OrderService", "/scalar"), ("stripe-sandbox", "Stripe sandbox", "/"),
            ])
        {
            if (model.Resources.OfType<IResourceWithEndpoints>().FirstOrDefault(resource => resource.Name == name) is { } service)
                Line(title, new Uri(new Uri(service.GetEndpoint("http").Url), path).AbsoluteUri);
        }
        if (configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { } dashboard
            && configuration["AppHost:BrowserToken"] is { Length: > 0 } token)
            Line("Dashboard", $"{dashboard}/login?t={token}");
        await KeyAsync("Operator key", "operator-key", RequestHeaders.OperatorKey);
        await KeyAsync("Viewer key", "viewer-key", RequestHeaders.OperatorKey);
        await KeyAsync("Merchant key", "merchant-key", RequestHeaders.ApiKey);
        await KeyAsync("Key of events", "orders-event-key", "orders");
        screen.AppendLine().AppendLine("  Ctrl+C stops everything. `-- --fresh` deletes all data at the next start.");
        return screen.ToString();

        void Line(string title, string value) => screen.AppendLine(CultureInfo.InvariantCulture, $"  {title,-18}{value}");

        async Task KeyAsync(string title, string parameter, string header)
        {
            if (model.Resources.OfType<ParameterResource>().FirstOrDefault(resource => resource.Name == parameter) is { } key)
                Line(title, $"{header}: {await key.GetValueAsync(cancellationToken)}");
        }
    }
}
