using System.Security.Claims;
using System.Threading.RateLimiting;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// Records sign-ins, refused sign-ins and sign-outs among the operator actions of OrderService, and logs them. While OrderService is away
/// they are only logged, because the console is needed most in an outage, and the services record every action themselves.
/// </summary>
sealed partial class SignInRecord(OperatorClient client, ILogger<SignInRecord> logger) : IDisposable
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
        try
        {
            if (!await client.RecordAsync(action, who, patience.Token)) Log.NotRecorded(logger, action, name, address, null);
        }
        catch (Exception e) when (e is ServiceUnavailableException or OperationCanceledException)
        {
            Log.NotRecorded(logger, action, name, address, e);
        }
    }

    public void Dispose() => _refusals.Dispose();

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Action} by {Name} at {Address}")]
        public static partial void Happened(ILogger logger, string action, string? name, string? address);

        [LoggerMessage(LogLevel.Error, "OrderService did not record {Action} by {Name} at {Address}")]
        public static partial void NotRecorded(ILogger logger, string action, string? name, string? address, Exception? exception);
    }
}
