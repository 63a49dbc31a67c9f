using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Turns an unhandled exception into a problem without stack trace or internals. The framework's middleware logs the exceptions that
/// are server errors (see <see cref="IsNoErrorOfOurs"/>).
/// </summary>
sealed partial class ApiExceptionHandler(IOptions<ApiErrorOptions> options, ILogger<ApiExceptionHandler> logger) : IExceptionHandler
{
    const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => OfBadRequest(bad),
            BadHttpRequestException bad => ApiProblem.ForStatus(bad.StatusCode),
            _ when options.Value.OwnProblem(exception) is { } own => own,
            _ when options.Value.IsUnavailable(exception) => ApiProblem.ForStatus(StatusCodes.Status503ServiceUnavailable),
            _ => ApiProblem.ForStatus(StatusCodes.Status500InternalServerError),
        };
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            Log.Unavailable(logger, context.Request.Method, context.Request.Path, exception.Message);
        }
        await problem.ExecuteAsync(context);
        return true;
    }

    /// <summary>A bad request is the caller's error. A 503 is logged as one line instead of a stack trace.</summary>
    internal static bool IsNoErrorOfOurs(Exception exception, ApiErrorOptions options) =>
        exception is BadHttpRequestException || options.IsUnavailable(exception)
        || options.OwnProblem(exception) is { StatusCode: StatusCodes.Status503ServiceUnavailable };

    static ProblemHttpResult OfBadRequest(BadHttpRequestException bad) => bad.InnerException switch
    {
        // System.Text.Json has no exception type for JsonUnmappedMemberHandling.Disallow. A test checks this wording.
        JsonException json when json.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) =>
            ApiProblem.Unprocessable(ProblemCodes.UnknownField, $"The field {Where(json)} is unknown. Nothing was changed."),
        JsonException json when json.Path is { Length: > 1 } =>
            ApiProblem.Malformed($"The JSON value at {Where(json)} is missing or not of the expected type."),
        JsonException => ApiProblem.Malformed("The body is not valid JSON, or a required field is missing."),
        _ => ApiProblem.Malformed("A part of the request is missing or cannot be read."),
    };

    // The path of the field, if it is short: an answer must not repeat the input at length.
    static string Where(JsonException json) => json.Path is { Length: <= 80 } path ? $"'{path}'" : "in the body";

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Method} {Path} was answered with 503: {Reason}")]
        public static partial void Unavailable(ILogger logger, string method, string path, string reason);
    }
}
