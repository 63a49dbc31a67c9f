using Microsoft.AspNetCore.Diagnostics;

namespace PaymentFlow.Web.Components;

static class ErrorPages
{
    /// <summary>What a page that can't be made now asks for.</summary>
    public const string RetryAfterSeconds = "5";

    /// <summary>A page of ours for what ends without one: no stack trace outside Development, no blank page anywhere.</summary>
    public static void UseErrorPages(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment()) app.UseExceptionHandler("/status/500", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // The page about a failed form is only looked at: as a POST it would be taken for the form, and fail again.
            if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.Features.Get<IExceptionHandlerFeature>() is not null)
                context.Request.Method = HttpMethods.Get;
            return next();
        });
    }

    /// <summary>The status of a page that has its own words for it. Set at once, a 404 would make Blazor leave the page out.</summary>
    public static void AnswerWith(this HttpContext context, int status) => context.Response.OnStarting(() =>
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Task.CompletedTask;
    });
}
