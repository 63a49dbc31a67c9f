using Polly;

namespace PaymentFlow.Web.Services;

/// <summary>A service of ours can't be reached, or can't answer now.</summary>
public sealed class ServiceUnavailableException(string service, Exception? inner = null) : Exception($"{service} is unavailable.", inner)
{
    /// <summary>Whether <paramref name="exception"/> says that of a call; a caller who left is no such case.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException or ExecutionRejectedException or IOException or OperationCanceledException;
}
