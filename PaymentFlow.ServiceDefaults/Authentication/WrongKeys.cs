using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.ServiceDefaults.Authentication;

/// <summary>
/// Limits guesses of keys: after <c>RateLimits:keys:Permits</c> (10) wrong keys in a header from one address within
/// <c>RateLimits:keys:WindowSeconds</c> (60), requests with a key in that header get 429, right key or not, until the window has passed.
/// Otherwise the answer would still tell which guess is right. Every wrong key is counted, and logged unless its address is limited.
/// </summary>
/// <remarks>
/// Our own services send their service key with every call. While it is being replaced it is wrong for some of them, and their customers
/// must not be locked out. So a service key is never refused where a call needs no key, and a right one nowhere.
/// </remarks>
sealed partial class WrongKeys : PartitionedRateLimiter<HttpContext>
{
    const int Permits = 10;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly Dictionary<string, PartitionedRateLimiter<string>> _guesses;
    readonly Counter<long> _counter;
    readonly ILogger<WrongKeys> _logger;

    public WrongKeys(IConfiguration configuration, IMeterFactory meters, ILogger<WrongKeys> logger)
    {
        _logger = logger;
        _counter = meters.Create(ServiceDefaultsExtensions.TelemetryName).CreateCounter<long>(
            "paymentflow.keys.wrong", description: "Requests with a wrong key, by the role that the key was for");
        _guesses = ApiKeys.Settings.Select(entry => entry.Header).Distinct().ToDictionary(
            header => header, _ => AddressLimit.Create(configuration, "keys", Permits, Window), StringComparer.Ordinal);
    }

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) => Check(resource);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        HttpContext resource, int permitCount, CancellationToken cancellationToken) => ValueTask.FromResult(Check(resource));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var guesses in _guesses.Values) guesses.Dispose();
        base.Dispose(disposing);
    }

    RateLimitLease Check(HttpContext context)
    {
        if (context.Features.Get<GivenKeys>() is not { } given) return Allowed.Lease;
        RateLimitLease? refusal = null;
        foreach (var (header, role) in given.Headers)
            if (role is null) refusal = Note(context, header, given.Counted) ?? refusal;
        given.Counted = true;
        // Only looks whether the limit is reached.
        foreach (var (header, role) in given.Headers)
            if (role is not null) refusal ??= Guess(context, header, permits: 0) is { IsAcquired: false } reached ? reached : null;
        return refusal is null || given.Headers.Exists(key => key.Role == Roles.Service) ? Allowed.Lease : refusal;
    }

    /// <returns>The refusal; null if the request may proceed.</returns>
    RateLimitLease? Note(HttpContext context, string header, bool counted)
    {
        var lease = Guess(context, header, permits: counted ? 0 : 1);
        // The viewers' key is a second key for the operators' header.
        var role = Array.Find(ApiKeys.Settings, entry => entry.Header == header).Role;
        if (!counted)
        {
            _counter.Add(1, new KeyValuePair<string, object?>("role", role));
            if (lease.IsAcquired) Log.Wrong(_logger, header, context.Connection.RemoteIpAddress, context.Request.Path);
        }
        return lease.IsAcquired || (role == Roles.Service && !NeedsKey(context)) ? null : lease;
    }

    RateLimitLease Guess(HttpContext context, string header, int permits) =>
        _guesses[header].AttemptAcquire(ClientAddress.Of(context.Connection.RemoteIpAddress), permits);

    static bool NeedsKey(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is not null;

    sealed class Allowed : RateLimitLease
    {
        public static readonly Allowed Lease = new();

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Header} is wrong in a request from {Address} for {Path}")]
        public static partial void Wrong(ILogger logger, string header, IPAddress? address, PathString path);
    }
}
