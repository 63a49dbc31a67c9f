using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Api;

/// <summary>The way of every call: key, parameters, idempotency, execution, and the answer in Stripe's form.</summary>
internal sealed partial class StripeApi(SandboxOptions options, IdempotencyKeys keys, ILogger<StripeApi> log)
{
    public const string Version = "2026-10-28.endive";

    readonly byte[] _apiKey = Encoding.UTF8.GetBytes(options.ApiKey);

    public async Task GetAsync(HttpContext http, Func<StripeCall, PaymentIntent> read)
    {
        var requestId = StripeId.Request();
        Answer answer;
        try
        {
            Authorize(http.Request);
            var call = new StripeCall(requestId, http.Request.Path, Id(http.Request), null, Origin(http.Request), new Form(http.Request.Query));
            answer = new Answer(requestId, 200, read(call), null, call.Expand());
        }
        catch (RequestRefusedException refused)
        {
            answer = new Answer(requestId, refused.Error.Status, null, refused.Error);
        }
        await WriteAsync(http, requestId, answer, null);
    }

    public async Task PostAsync(HttpContext http, Func<StripeCall, Task<Answer>> execute)
    {
        var requestId = StripeId.Request();
        string? key = null;
        Answer answer;
        try
        {
            Authorize(http.Request);
            var call = await ReadAsync(http.Request, requestId, http.RequestAborted);
            key = call.IdempotencyKey;
            answer = key is null
                ? await execute(call)
                : keys.Claim(key, call.Endpoint, call.Fingerprint()) ?? await ExecuteOnceAsync(key, call, execute);
        }
        catch (RequestRefusedException refused)
        {
            answer = new Answer(requestId, refused.Error.Status, null, refused.Error);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or BadHttpRequestException))
        {
            Log.Failed(log, failure, requestId, http.Request.Method, http.Request.Path);
            answer = new Answer(requestId, 500, null, new(500, StripeError.ApiErrorType, "An unknown error occurred in the sandbox; its log says more."));
        }
        await WriteAsync(http, requestId, answer, key);
    }

    async Task<Answer> ExecuteOnceAsync(string key, StripeCall call, Func<StripeCall, Task<Answer>> execute)
    {
        try
        {
            return await execute(call);
        }
        finally
        {
            keys.Release(key);
        }
    }

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

    /// <summary><see href="https://docs.stripe.com/api/authentication"/>: the key as a bearer token, or as the user name of Basic.</summary>
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

    static string UserOf(string basic)
    {
        var bytes = new byte[basic.Length];
        return Convert.TryFromBase64String(basic, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).Split(':')[0] : "";
    }

    static string Id(HttpRequest request) => request.RouteValues["id"] as string ?? "";

    static Uri Origin(HttpRequest request) => new($"{request.Scheme}://{request.Host}/");

    static async Task WriteAsync(HttpContext http, string requestId, Answer answer, string? key)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        response.Headers["Request-Id"] = requestId;
        response.Headers["Stripe-Version"] = Version;
        response.Headers.CacheControl = "no-cache, no-store";
        if (answer.Status == 401) response.Headers.WWWAuthenticate = "Bearer realm=\"Stripe\"";
        if (answer.Error?.Code == "lock_timeout") response.Headers["Stripe-Should-Retry"] = "true";
        if (key is not null)
        {
            response.Headers["Idempotency-Key"] = key;
            // An answer that another request made is a replay.
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
        [LoggerMessage(Level = LogLevel.Error, Message = "{RequestId}: {Method} {Path} failed")]
        public static partial void Failed(ILogger logger, Exception failure, string requestId, string method, PathString path);
    }
}
