using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PaymentFlow.StripeSandbox.Faults;

/// <summary>
/// <c>/_sandbox/faults</c>. <c>POST { call, fault, count, seconds }</c> makes the next <c>count</c> (default 1) calls of that kind fail.
/// <c>seconds</c> is how long a call is held (default 60, for slow calls 5), or the <c>Retry-After</c> of a rate limit (default 1).
/// <c>GET</c> returns the faults that are left, the number that have happened since the start by kind of call, and how many calls are being
/// held. <c>DELETE</c> removes all planned faults and releases the calls being held; it keeps the count of those that have happened. Only
/// calls of Stripe's API get faults, never the sandbox's own endpoints.
/// </summary>
static class FaultEndpoints
{
    const string Path = "/_sandbox/faults";
    const int LargestCount = 1_000_000;
    static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static void MapFaults(this IEndpointRouteBuilder app)
    {
        var plan = app.ServiceProvider.GetRequiredService<FaultPlan>();
        app.MapPost(Path, (FaultRequest request) => Add(plan, request));
        app.MapGet(Path, () => Report(plan));
        app.MapDelete(Path, () =>
        {
            plan.Clear();
            return Report(plan);
        });
    }

    static Results<JsonHttpResult<FaultView>, ProblemHttpResult> Add(FaultPlan plan, FaultRequest request)
    {
        if (Read<CallKind>(request.Call) is not { } call || call == CallKind.Other)
            return Refused($"call must be one of {Names<CallKind>(except: CallKind.Other)}.");
        if (Read<FaultKind>(request.Fault) is not { } fault)
            return Refused($"fault must be one of {Names<FaultKind>()}.");
        var count = request.Count ?? 1;
        if (count is < 1 or > LargestCount) return Refused($"count must be from 1 to {LargestCount}.");
        var seconds = request.Seconds ?? DefaultSeconds(fault);
        if (!(seconds > 0 && seconds <= LongestWait.TotalSeconds))
            return Refused($"seconds must be above 0 and at most {LongestWait.TotalSeconds}.");
        plan.Add(new(call, fault, count, TimeSpan.FromSeconds(seconds)));
        return Report(plan);
    }

    static double DefaultSeconds(FaultKind fault) => fault switch
    {
        FaultKind.Slow => 5,
        FaultKind.RateLimit => 1,
        _ => 60,
    };

    static JsonHttpResult<FaultView> Report(FaultPlan plan)
    {
        var report = plan.Report();
        var left = report.Left.Select(f => new FaultLeft(f.Call, f.Fault, f.Remaining, f.Wait.TotalSeconds));
        return TypedResults.Json(new FaultView([.. left], report.Used, report.Holding), Json);
    }

    static T? Read<T>(string? name) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (Name(value) == name) return value;
        return null;
    }

    static string Names<T>(T? except = null) where T : struct, Enum =>
        string.Join(", ", Enum.GetValues<T>().Where(v => !v.Equals(except)).Select(Name));

    static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    static ProblemHttpResult Refused(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest);

    internal sealed record FaultRequest(string? Call, string? Fault, int? Count, double? Seconds);

    internal sealed record FaultLeft(CallKind Call, FaultKind Fault, int Remaining, double Seconds);

    internal sealed record FaultView(IReadOnlyList<FaultLeft> Left, IReadOnlyList<UsedFault> Used, int Holding);
}
