using System.Net;

namespace PaymentFlow.Client;

/// <summary>The service refused for good: the client secret does not give access to the order. Do not repeat the call.</summary>
public sealed class OrderAccessException : Exception
{
    internal OrderAccessException(HttpStatusCode status, string? code, string? detail)
        : base(detail ?? $"The service answered {(int)status}.")
    {
        StatusCode = status;
        Code = code;
    }

    /// <summary>401 or 404.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The code of the problem, such as <c>unauthorized</c> or <c>not_found</c>; null if the answer had none.</summary>
    public string? Code { get; }
}
