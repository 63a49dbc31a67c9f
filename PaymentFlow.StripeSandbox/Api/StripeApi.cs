using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PaymentFlow.StripeSandbox.Faults;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Api;

/// <summary>Handles every API call: API key, parameters, idempotency, faults, execution, and the response in Stripe's format.</summary>
sealed partial class StripeApi(SandboxOptions options, IdempotencyKeys keys, FaultPlan faults, ILogger<StripeApi> log)
{
    public const string Version = "2026-10-28.endive";

    readonly byte[] _apiKey = Encoding.UTF8.GetBytes(options.ApiKey);

    public async Task GetAsync(HttpContext http, CallKind kind, Func<StripeCall, IStripeObject> read)
    {
        var requestId = StripeId.Request();
        Fault? fault = null;
        Answer answer;
        try
        {
            Authorize(http.Request);
            fault = faults.Take(kind);
            if (await HungUpAsync(http, fault, FaultKind.HangBefore)) return;
            RefuseBefore(fault);
            if (fault?.Kind == FaultKind.Slow) await faults.HoldAsync(fault, http.RequestAborted);
            var call = new StripeCall(
                requestId, http.Request.Path, Id(http.Request), null, Origin(http.Request), new Form(http.Request.Query));
            answer = new Answer(requestId, 200, read(call), null, call.Expand());
        }
        catch (RequestRefusedException refused)
        {
            answer = new Answer(requestId, refused.Error.Status, null, refused.Error);
        }
        if (fault?.Kind == FaultKind.ErrorAfter) answer = Broken(requestId);
        if (!await HungUpAsync(http, fault, FaultKind.HangAfter)) await WriteAsync(http, requestId, answer, null, fault);
    }

    public async Task PostAsync(HttpContext http, CallKind kind, Func<StripeCall, Task<Answer>> execute)
    {
        var requestId = StripeId.Request();
        string? key = null;
        Fault? fault = null;
        Answer answer;
        try
        {
            Authorize(http.Request);
            var call = await ReadAsync(http.Request, requestId, http.RequestAborted);
            key = call.IdempotencyKey;
            fault = faults.Take(kind);
            if (await HungUpAsync(http, fault, FaultKind.HangBefore)) return;
            RefuseBefore(fault);
            if (fault?.Kind == FaultKind.ErrorAfter) call = call with { FailsWith = UnknownError() };
            if (fault?.Kind == FaultKind.Decline && kind == CallKind.Confirm) call = call.Declined();
            answer = key is null
                ? await ExecuteAsync(call, execute, fault)
                : keys.Claim(key, call.Endpoint, call.Fingerprint()) ?? await ExecuteOnceAsync(key, call, execute, fault);
        }
        catch (RequestRefusedException refused)
        {
            answer = new Answer(requestId, refused.Error.Status, null, refused.Error);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or BadHttpRequestException))
        {
            Log.Failed(log, failure, requestId, http.Request.Method, http.Request.Path);
            answer = new Answer(
                requestId, 500, null, new(500, StripeError.ApiErrorType, "An unknown error occurred in the sandbox. See its log."));
        }
        if (fault?.Kind == FaultKind.ErrorAfter && answer.Status != 500) answer = Broken(requestId);
        if (!await HungUpAsync(http, fault, FaultKind.HangAfter)) await WriteAsync(http, requestId, answer, key, fault);
    }

    async Task<Answer> ExecuteOnceAsync(string key, StripeCall call, Func<StripeCall, Task<Answer>> execute, Fault? fault)
    {
        try
        {
            return await ExecuteAsync(call, execute, fault);
        }
        finally
        {
            keys.Release(key);
        }
    }

    async Task<Answer> ExecuteAsync(StripeCall call, Func<StripeCall, Task<Answer>> execute, Fault? fault)
    {
        // Not cancelable: a call that has begun is executed even if the client disconnects.
        if (fault?.Kind == FaultKind.Slow) await faults.HoldAsync(fault, CancellationToken.None);
        return await execute(call);
    }

    /// <summary>
    /// If the fault is of this kind, holds the connection open, then drops it without an answer. Returns false for any other fault.
    /// </summary>
    async Task<bool> HungUpAsync(HttpContext http, Fault? fault, FaultKind kind)
    {
        if (fault is null || fault.Kind != kind) return false;
        await faults.HoldAsync(fault, http.RequestAborted);
        http.Abort();
        return true;
    }

    static void RefuseBefore(Fault? fault)
    {
        if (fault?.Kind == FaultKind.ErrorBefore) throw new RequestRefusedException(UnknownError());
        if (fault?.Kind == FaultKind.RateLimit)
            throw new RequestRefusedException(StripeError.Invalid(
                "Request rate limit exceeded. Learn more about rate limits here https://docs.stripe.com/rate-limits.",
                "rate_limit", status: 429));
    }

    static StripeError UnknownError() => new(500, StripeError.ApiErrorType, "An unknown error occurred");

    static Answer Broken(string requestId) => new(requestId, 500, null, UnknownError());

    static async Task<StripeCall> ReadAsync(HttpRequest request, string requestId, CancellationToken aborted)
    {
        var key = request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key?.Length > IdempotencyKeys.MaximumLength)
            throw new RequestRefusedException(StripeError.Invalid(
                $"Idempotency keys can be up to {IdempotencyKeys.MaximumLength} characters long; this one has {key.Length}."));
        IFormCollection form = FormCollection.Empty;
        if (request.HasFormContentType)
        {
            try
            {
                form = await request.ReadFormAsync(aborted);
            }
            catch (InvalidDataException malformed)
            {
                throw new RequestRefusedException(StripeError.Invalid($"Invalid request: {malformed.Message}"));
            }
        }
        else if (request.ContentLength is not (null or 0))
        {
            throw new RequestRefusedException(StripeError.Invalid(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded). "
                + "If you have questions, we can help at https://support.stripe.com/."));
        }
        return new(requestId, request.Path, Id(request), key, Origin(request), new Form(form));
    }

    /// <summary>
    /// <see href="https://docs.stripe.com/api/authentication"/>: the API key is a bearer token or the user name of HTTP Basic.
    /// </summary>
    void Authorize(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var given = header switch
        {
            _ when header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => header[7..].Trim(),
            _ when header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) => UserOf(header[6..].Trim()),
            _ => "",
        };
        if (given.Length == 0)
            throw new RequestRefusedException(StripeError.Invalid(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. "
                + "'Authorization: Bearer YOUR_SECRET_KEY'). See https://docs.stripe.com/api#authentication for details.", status: 401));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _apiKey))
            throw new RequestRefusedException(StripeError.Invalid(
                $"Invalid API Key provided: {(given.Length > 12 ? $"{given[..8]}*****{given[^4..]}" : "*****")}", status: 401));
    }

    static string RetryAfter(Fault? fault) => Math.Ceiling(fault?.Wait.TotalSeconds ?? 1).ToString(CultureInfo.InvariantCulture);

    static string UserOf(string basic)
    {
        var bytes = new byte[basic.Length];
        return Convert.TryFromBase64String(basic, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).Split(':')[0] : "";
    }

    static string Id(HttpRequest request) => request.RouteValues["id"] as string ?? "";

    static Uri Origin(HttpRequest request) => new($"{request.Scheme}://{request.Host}/");

    static async Task WriteAsync(HttpContext http, string requestId, Answer answer, string? key, Fault? fault)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.Headers["Request-Id"] = requestId;
        response.Headers["Stripe-Version"] = Version;
        response.Headers.CacheControl = "no-cache, no-store";
        if (answer.Status == 401) response.Headers.WWWAuthenticate = "Bearer realm=\"Stripe\"";
        if (answer.Error?.Code == "rate_limit") response.Headers.RetryAfter = RetryAfter(fault);
        if (answer.Error?.Code == "lock_timeout") response.Headers["Stripe-Should-Retry"] = "true";
        if (key is not null)
        {
            response.Headers["Idempotency-Key"] = key;
            // The answer of an earlier request is a replay.
            if (answer.RequestId != requestId)
            {
                response.Headers["Idempotent-Replayed"] = "true";
                response.Headers["Original-Request"] = answer.RequestId;
            }
        }
        var body = new ArrayBufferWriter<byte>(2048);
        answer.Write(body);
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{RequestId}: {Method} {Path} failed")]
        public static partial void Failed(ILogger logger, Exception failure, string requestId, string method, PathString path);
    }
}
