using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.ServiceDefaults;

/// <summary>
/// Turns what escapes a handler into a problem without stack trace or internals. The framework's middleware logs what is an error
/// of ours (see <see cref="IsNoErrorOfOurs"/>).
/// </summary>
sealed partial class ApiExceptionHandler(ILogger<ApiExceptionHandler> logger) : IExceptionHandler
{
    const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => OfBadRequest(bad),
            BadHttpRequestException bad => ApiProblem.ForStatus(bad.StatusCode),
            _ when DatabaseAway.Is(exception) => ApiProblem.ForStatus(StatusCodes.Status503ServiceUnavailable),
            _ => ApiProblem.ForStatus(StatusCodes.Status500InternalServerError),
        };
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            Log.DatabaseAway(logger, context.Request.Method, context.Request.Path, exception.Message);
        }
        await problem.ExecuteAsync(context);
        return true;
    }

    /// <summary>A bad request is the caller's affair, and an absent database gets one line instead of a stack trace a request.</summary>
    internal static bool IsNoErrorOfOurs(Exception exception) => exception is BadHttpRequestException || DatabaseAway.Is(exception);

    static ProblemHttpResult OfBadRequest(BadHttpRequestException bad) => bad.InnerException switch
    {
        // System.Text.Json has no type of its own for JsonUnmappedMemberHandling.Disallow; a test pins this wording down.
        JsonException json when json.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) =>
            ApiProblem.Unprocessable("unknown_field", $"The field {Where(json)} is not one that this call knows. Nothing was changed."),
        JsonException json when json.Path is { Length: > 1 } =>
            ApiProblem.Malformed($"The JSON value at {Where(json)} is missing or not of the expected type."),
        JsonException => ApiProblem.Malformed("The body is not valid JSON, or a required field is missing."),
        _ => ApiProblem.Malformed("A part of the request is missing or cannot be read."),
    };

    // The caller's own field name, short enough not to be an echo of the input.
    static string Where(JsonException json) => json.Path is { Length: <= 80 } path ? $"'{path}'" : "in the body";

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Method} {Path} is put off: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string method, string path, string reason);
    }
}
