using Polly;

namespace PaymentFlow.Web.Services;

/// <summary>One of our services cannot be reached or cannot answer now.</summary>
public sealed class ServiceUnavailableException(string service, Exception? inner = null) : Exception($"{service} is unavailable.", inner)
{
    /// <summary>The service's name.</summary>
    public string Service => service;

    /// <summary>Whether <paramref name="exception"/> means that the service is unavailable. False if the caller canceled.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException or ExecutionRejectedException or IOException or OperationCanceledException;
}
