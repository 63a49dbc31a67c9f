using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// RFC 9457 problem details with the extension <c>code</c>, a stable snake_case word for programs. Title and detail are for people
/// and may change.
/// </summary>
public static class ApiProblem
{
    /// <param name="code">Stable, documented, snake_case.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">The kind of problem, the same for every occurrence.</param>
    /// <param name="detail">What was wrong this time and what to do. Never contains a secret or long input.</param>
    /// <param name="extensions">Further members, for example <c>paymentId</c>.</param>
    public static ProblemHttpResult Create(
        string code, int status, string title, string? detail = null, params ReadOnlySpan<(string Name, object? Value)> extensions)
    {
        Dictionary<string, object?> members = new(StringComparer.Ordinal) { ["code"] = code };
        foreach (var (name, value) in extensions) members[name] = value;
        return TypedResults.Problem(detail, statusCode: status, title: title, extensions: members);
    }

    /// <summary>400 <c>malformed_request</c>: the request cannot be read.</summary>
    public static ProblemHttpResult Malformed(string detail) =>
        Create(ProblemCodes.MalformedRequest, StatusCodes.Status400BadRequest, "The request is malformed", detail);

    /// <summary>401 <c>unauthorized</c>: a token or key is missing.</summary>
    public static ProblemHttpResult Unauthorized(string detail) =>
        Create(ProblemCodes.Unauthorized, StatusCodes.Status401Unauthorized, "Not authorized", detail);

    /// <summary>403 <c>viewer_cannot_act</c>: the caller may look and not act.</summary>
    public static ProblemHttpResult ViewerCannotAct() =>
        Create(ProblemCodes.ViewerCannotAct, StatusCodes.Status403Forbidden, "Viewers can look and not act",
            "The key that you sent is the viewers'. This call needs the operators' key. Nothing was changed.");

    /// <summary>404 <c>not_found</c>: it does not exist, or the caller may not see it. The answer is the same for both.</summary>
    public static ProblemHttpResult NotFound(string detail) =>
        Create(ProblemCodes.NotFound, StatusCodes.Status404NotFound, "Not found", detail);

    /// <summary>409: the request is valid, but the present state does not allow it.</summary>
    public static ProblemHttpResult Conflict(
        string code, string detail, params ReadOnlySpan<(string Name, object? Value)> extensions) =>
        Create(code, StatusCodes.Status409Conflict, "Not possible in the present state", detail, extensions);

    /// <summary>422: the request is well-formed but breaks a rule. Nothing was changed.</summary>
    public static ProblemHttpResult Unprocessable(string code, string detail) =>
        Create(code, StatusCodes.Status422UnprocessableEntity, "The request cannot be processed", detail);

    /// <summary>The answer for a status code that the framework set (unknown route, wrong method…).</summary>
    internal static ProblemHttpResult ForStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Malformed("The request could not be read."),
        StatusCodes.Status401Unauthorized => Unauthorized("This call needs a token or key."),
        StatusCodes.Status404NotFound => NotFound("There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => Create(ProblemCodes.MethodNotAllowed, status, "Method not allowed"),
        StatusCodes.Status413PayloadTooLarge => Create(ProblemCodes.PayloadTooLarge, status, "The request body is too large",
            $"Send at most {ApiDefaults.MaxRequestBodyBytes / 1024} KiB."),
        StatusCodes.Status415UnsupportedMediaType => Create(ProblemCodes.UnsupportedMediaType, status, "Unsupported media type",
            "Send the body as application/json in UTF-8, without Content-Encoding."),
        StatusCodes.Status429TooManyRequests => Create(ProblemCodes.RateLimited, status, "Too many requests"),
        StatusCodes.Status503ServiceUnavailable => Create(
            ProblemCodes.Unavailable, status, "Temporarily unavailable", "Try again shortly."),
        >= 500 => Create(ProblemCodes.InternalError, status, "Something went wrong on our side"),
        _ => Create(ProblemCodes.RequestFailed, status, "The request failed"),
    };
}
