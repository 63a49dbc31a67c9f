using System.Net.Sockets;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Webhooks.Sending;

namespace PaymentFlow.OrderService.Webhooks.Endpoints;

/// <summary>The rules for endpoints. A refusal is a 422 problem with the rule's code; nothing is stored.</summary>
sealed class WebhookEndpointRules(WebhookAddresses addresses, TimeProvider time)
{
    public const int MaxUrlLength = 500;
    public const int MaxDescriptionLength = 200;

    static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The problem of the values that are given (not null), or null.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(
        string? url, IReadOnlyList<string?>? types, string? description, CancellationToken cancellationToken)
    {
        if (types is not null && (types.Count == 0 || types.Any(type => type != WebhookTypes.All && !WebhookTypes.Known.Contains(type))))
        {
            return ApiProblem.Unprocessable(ProblemCodes.InvalidEventTypes,
                $"'types' needs at least one of {string.Join(", ", WebhookTypes.Known)}, or '{WebhookTypes.All}' for all.");
        }
        if (description is { Length: > 0 } && (description.Length > MaxDescriptionLength || !VisibleText.Is(description)))
        {
            return ApiProblem.Unprocessable(ProblemCodes.InvalidDescription,
                $"'description' must have at most {MaxDescriptionLength} characters and no control characters.");
        }
        return url is null ? null : await CheckUrlAsync(url, cancellationToken);
    }

    /// <summary>Each type once.</summary>
    public static string[] Distinct(IReadOnlyList<string?> types) => [.. types.OfType<string>().Distinct(StringComparer.Ordinal)];

    async Task<ProblemHttpResult?> CheckUrlAsync(string url, CancellationToken cancellationToken)
    {
        if (url.Length > MaxUrlLength || !SettingRules.IsWebAddress(url, out var address) || address!.UserInfo.Length > 0
            || address.Fragment.Length > 0 || url.Any(char.IsControl))
        {
            return Invalid($"'url' must be an absolute https:// URL of at most {MaxUrlLength} characters, without user name, password "
                + "and fragment.");
        }
        // On a developer's machine the shop may not run yet, and any address is allowed.
        if (addresses.AllowPrivate) return null;
        if (address.Scheme != Uri.UriSchemeHttps) return Invalid("'url' must begin with https://.");
        using CancellationTokenSource timeout = new(ResolveTimeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await addresses.ResolveAsync(address.IdnHost, ends.Token);
            return null;
        }
        catch (WebhookAddressException)
        {
            return Invalid("The host of 'url' has an address that is not on the Internet.");
        }
        catch (Exception e) when (e is SocketException or ArgumentException or UriFormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Invalid("The host of 'url' is unknown.");
        }
    }

    static ProblemHttpResult Invalid(string detail) => ApiProblem.Unprocessable(ProblemCodes.InvalidWebhookUrl, detail);
}
