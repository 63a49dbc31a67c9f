using Microsoft.AspNetCore.Diagnostics;

namespace PaymentFlow.Web.Components;

static class ErrorPages
{
    /// <summary>The <c>Retry-After</c> of a page that is unavailable at the moment.</summary>
    public const string RetryAfterSeconds = "5";

    /// <summary>Shows our own page for error responses without a body and, outside Development, for unhandled exceptions.</summary>
    public static void UseErrorPages(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment()) app.UseExceptionHandler("/status/500", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // Render the error page of a failed form as a GET. As a POST it would be handled as the form again, and fail again.
            if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null
                || context.Features.Get<IExceptionHandlerFeature>() is not null)
                context.Request.Method = HttpMethods.Get;
            return next();
        });
    }

    /// <summary>
    /// Sets the status of a page that explains the problem itself. The status is set when the response starts, because Blazor does not
    /// render a page whose status is already 404.
    /// </summary>
    public static void AnswerWith(this HttpContext context, int status) => context.Response.OnStarting(() =>
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Task.CompletedTask;
    });
}
