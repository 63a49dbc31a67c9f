using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Primitives;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Web.Operators.SignIn;

/// <summary>
/// The sessions of the console. A cookie is valid only while its session is in this list, so a copy of it is worth nothing after the end. A
/// session ends when the operator signs out, does nothing for <c>Operator:IdleTimeout</c>, or has worked for a day, and when the key of its
/// role changes. A restart ends all of them. Each replica has its own list, because an operator stays at one replica (session affinity).
/// </summary>
public sealed class OperatorSessions : IDisposable
{
    internal const string KeySetting = "Operator:Key";
    internal const string ViewerKeySetting = "Operator:ViewerKey";
    internal const string IdleSetting = "Operator:IdleTimeout";
    internal static readonly TimeSpan WorkingDay = TimeSpan.FromHours(10);
    static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromMinutes(30);
    const string IdItem = "session";

    readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    readonly IConfiguration _configuration;
    readonly TimeProvider _time;
    readonly TimeSpan _idle;
    readonly IDisposable _keyChanges;

    public OperatorSessions(IConfiguration configuration, TimeProvider time)
    {
        var idle = IdleTimeoutOf(configuration) ?? DefaultIdleTimeout;
        (_configuration, _time, _idle) = (configuration, time, idle < WorkingDay ? idle : WorkingDay);
        _keyChanges = ChangeToken.OnChange(configuration.GetReloadToken, EndThoseOfAnotherKey);
    }

    /// <summary>The setting. Null if it is missing or is not a time span of at least a second.</summary>
    internal static TimeSpan? IdleTimeoutOf(IConfiguration configuration) =>
        TimeSpan.TryParse(configuration[IdleSetting], CultureInfo.InvariantCulture, out var idle)
        && idle >= TimeSpan.FromSeconds(1) ? idle : null;

    /// <summary>The session's id in a cookie. Null if there is none.</summary>
    internal static string? IdOf(AuthenticationProperties? cookie) => cookie?.GetString(IdItem);

    /// <summary>The setting with the key that proves a person's role to the services.</summary>
    internal static string KeySettingOf(ClaimsPrincipal who) => who.IsInRole(Roles.Operator) ? KeySetting : ViewerKeySetting;

    /// <summary>Starts a session and writes its id into the cookie.</summary>
    internal void Start(ClaimsPrincipal who, AuthenticationProperties cookie)
    {
        var (id, setting) = (RandomNumberGenerator.GetHexString(32, lowercase: true), KeySettingOf(who));
        Session session = new(
            setting, DigestOf(setting), _time.GetUtcNow() + WorkingDay, new CancellationTokenSource(_idle, _time));
        _sessions[id] = session;
        session.Open.Token.Register(() => _sessions.TryRemove(id, out _));
        cookie.SetString(IdItem, id);
    }

    /// <summary>Whether the session is open. If it is, its idle time starts again.</summary>
    internal bool Continue([NotNullWhen(true)] string? id)
    {
        if (id is null || !_sessions.TryGetValue(id, out var session)) return false;
        var left = session.Latest - _time.GetUtcNow();
        if (left <= TimeSpan.Zero || !IsOfThisKey(session)) session.Open.Cancel();
        else session.Open.CancelAfter(left < _idle ? left : _idle);
        return !session.Open.IsCancellationRequested;
    }

    /// <summary>Canceled when the session ends. For open pages.</summary>
    public CancellationToken EndOf(string? id) =>
        id is not null && _sessions.TryGetValue(id, out var session) ? session.Open.Token : new CancellationToken(canceled: true);

    /// <summary>Ends the session, if there is one.</summary>
    internal void End(string? id)
    {
        if (id is not null && _sessions.TryGetValue(id, out var session)) session.Open.Cancel();
    }

    void EndThoseOfAnotherKey()
    {
        foreach (var session in _sessions.Values.Where(session => !IsOfThisKey(session))) session.Open.Cancel();
    }

    bool IsOfThisKey(Session session) => CryptographicOperations.FixedTimeEquals(session.Key, DigestOf(session.KeySetting));

    byte[] DigestOf(string setting) => SHA256.HashData(Encoding.UTF8.GetBytes(_configuration[setting] ?? ""));

    public void Dispose() => _keyChanges.Dispose();

    /// <param name="KeySetting">The setting with the key of the session's role.</param>
    /// <param name="Key">The digest of that key at the start.</param>
    /// <param name="Latest">When the session ends at the latest.</param>
    /// <param name="Open">Canceled at the end. Its timer is the idle time-out.</param>
    sealed record Session(string KeySetting, byte[] Key, DateTimeOffset Latest, CancellationTokenSource Open);
}

static class OperatorSession
{
    /// <summary>The id of this request's session. Null without a session.</summary>
    public static string? SessionId(this HttpContext context) =>
        OperatorSessions.IdOf(context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties);
}

/// <summary>Connects the cookie with <see cref="OperatorSessions"/>.</summary>
sealed class OperatorCookieEvents(OperatorSessions sessions) : CookieAuthenticationEvents
{
    public override Task SigningIn(CookieSigningInContext context)
    {
        sessions.Start(context.Principal!, context.Properties);
        return Task.CompletedTask;
    }

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        if (sessions.Continue(OperatorSessions.IdOf(context.Properties))) return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    /// <summary>Does nothing. <see cref="OperatorSignIn"/> checks the return address; the framework checks less.</summary>
    public override Task RedirectToReturnUrl(RedirectContext<CookieAuthenticationOptions> context) => Task.CompletedTask;

    /// <summary>A viewer sent an operator's form. A page says so; signing in again as the same person would change nothing.</summary>
    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    /// <summary>
    /// After signing in, the browser opens the page that it asked for. A form cannot be opened. The address has no host, because that would
    /// be the one that the request names.
    /// </summary>
    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.RedirectUri = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? new Uri(context.RedirectUri).PathAndQuery
            : OperatorSignIn.Page;
        return base.RedirectToLogin(context);
    }
}
