using System.Net;
using System.Text.Json;

namespace Shop;

/// <param name="Secret">Shown only when the endpoint is created or its secret is replaced, so the shop must keep it.</param>
sealed record KnownEndpoint(Guid Id, string Secret);

/// <summary>
/// The shop's address for webhooks. At start it is registered with PaymentFlow, once: the file in the data folder has its id and secret. A
/// shop with several servers registers it by hand, and has the secret in the setting <c>PaymentFlow:WebhookSecrets</c>.
/// </summary>
sealed partial class WebhookEndpoint(
    PaymentFlowClient paymentFlow, ShopSettings settings, ILogger<WebhookEndpoint> logger) : BackgroundService
{
    static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(2);

    /// <summary>Two while the secret is replaced; empty before the registration.</summary>
    public IReadOnlyList<string> Secrets { get; private set; } = settings.WebhookSecrets;

    string KeptIn => Path.Combine(settings.DataFolder, "webhook-endpoint.json");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (Secrets.Count == 0)
        {
            try
            {
                Secrets = [(await FindAsync(stoppingToken) ?? await RegisterAsync(stoppingToken)).Secret];
                Log.Registered(logger, settings.WebhookUrl);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                // PaymentFlow may start after the shop.
                Log.NotRegistered(logger, e.Message);
                await Task.Delay(TryAgainAfter, stoppingToken);
            }
        }
    }

    /// <summary>The endpoint of an earlier start, unless it was deleted at PaymentFlow or the shop has moved.</summary>
    async Task<KnownEndpoint?> FindAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(KeptIn)) return null;
        var known = JsonSerializer.Deserialize<KnownEndpoint>(
            await File.ReadAllTextAsync(KeptIn, cancellationToken), JsonSerializerOptions.Web)!;
        return (await paymentFlow.EndpointsAsync(cancellationToken))
            .Any(endpoint => endpoint.Id == known.Id && endpoint.Url == settings.WebhookUrl) ? known : null;
    }

    async Task<KnownEndpoint> RegisterAsync(CancellationToken cancellationToken)
    {
        // The file was lost: PaymentFlow does not show a secret twice, but replaces it.
        var lost = (await paymentFlow.EndpointsAsync(cancellationToken)).FirstOrDefault(endpoint => endpoint.Url == settings.WebhookUrl);
        var known = lost is null
            ? await paymentFlow.AddEndpointAsync(settings.WebhookUrl, ["order.paid"], cancellationToken)
            : new KnownEndpoint(lost.Id, await paymentFlow.ReplaceSecretAsync(lost.Id, cancellationToken));
        await SaveAsync(known, cancellationToken);
        return known;
    }

    async Task SaveAsync(KnownEndpoint known, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.DataFolder);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        // A secret is for this user only.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // A crash leaves the old file or the new one.
        var written = KeptIn + ".new";
        await using (var file = File.Open(written, options))
            await JsonSerializer.SerializeAsync(file, known, JsonSerializerOptions.Web, cancellationToken);
        File.Move(written, KeptIn, overwrite: true);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "PaymentFlow sends webhooks to {Url}")]
        public static partial void Registered(ILogger logger, string url);

        [LoggerMessage(LogLevel.Warning, "PaymentFlow does not know the shop's address for webhooks yet; trying again: {Reason}")]
        public static partial void NotRegistered(ILogger logger, string reason);
    }
}
