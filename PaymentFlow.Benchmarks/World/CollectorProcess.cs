using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Benchmarks.World;

/// <summary>
/// Receives all telemetry (OTLP over HTTP) and drops it. So the measurements include the cost of sending telemetry, but not of storing it.
/// </summary>
static class CollectorProcess
{
    public const string Mode = "collector";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var app = builder.Build();
        app.Run(async context => await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await HelperProcess.ParentEndsAsync();
        return 0;
    }
}
