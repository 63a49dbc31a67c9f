using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// Records sign-ins, refused sign-ins and sign-outs among the operator actions of OrderService, and logs them. While OrderService is away
/// they are only logged, because the console is needed most in an outage, and the services record every action themselves.
/// </summary>
sealed partial class SignInRecord(IHttpClientFactory clients, ILogger<SignInRecord> logger) : IDisposable
{
    public const string SignedIn = "console.sign_in";
    public const string Refused = "console.sign_in_refused";
    public const string SignedOut = "console.sign_out";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Guesses from many addresses must not fill a table that is kept for years. Those above the limit are only logged.
    readonly FixedWindowRateLimiter _refusals = new(new() { PermitLimit = 60, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 });

    /// <summary>Never fails. Takes three seconds at most.</summary>
    public async Task AddAsync(string action, ClaimsPrincipal who)
    {
        var (name, address) = (who.Identity?.Name, who.FindFirst(OperatorSignIn.AddressClaim)?.Value);
        Log.Happened(logger, action, name, address);
        if (action == Refused && !_refusals.AttemptAcquire().IsAcquired) return;
        using CancellationTokenSource patience = new(Patience);
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri("/operator-actions", UriKind.Relative))
        {
            Content = JsonContent.Create(
                new Entry(action, who.IsInRole(Roles.Viewer) ? Roles.Viewer : null), SignInJson.Default.Entry),
        };
        request.Headers.TryAddWithoutValidation(RequestHeaders.OperatorName, name);
        request.Headers.Add(RequestHeaders.OperatorAddress, address);
        try
        {
            using var http = clients.CreateClient(nameof(SignInRecord));
            using var response = await http.SendAsync(request, patience.Token);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (e is OperationCanceledException || ServiceUnavailableException.Is(e, patience.Token))
        {
            Log.NotRecorded(logger, action, name, address, e);
        }
    }

    public static void AddTo(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SignInRecord>();
        builder.Services.AddHttpClient(nameof(SignInRecord), client => client.BaseAddress = new Uri("http://order-service"))
            .AddHttpMessageHandler<ServiceHandler>().SendHeadersInUtf8();
    }

    public void Dispose() => _refusals.Dispose();

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Action} by {Name} at {Address}")]
        public static partial void Happened(ILogger logger, string action, string? name, string? address);

        [LoggerMessage(LogLevel.Error, "OrderService did not record {Action} by {Name} at {Address}")]
        public static partial void NotRecorded(ILogger logger, string action, string? name, string? address, Exception exception);
    }

    /// <param name="Role"><see cref="Roles.Viewer"/> for a viewer; null for operators, and for somebody who was refused.</param>
    internal sealed record Entry(
        string Action, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SignInRecord.Entry))]
sealed partial class SignInJson : JsonSerializerContext;
