using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Ledger;

namespace PaymentFlow.StripeSandbox.Home;

/// <summary>The page at the sandbox's root URL.</summary>
static class HomeEndpoint
{
    public static void MapHome(this IEndpointRouteBuilder app)
    {
        var state = app.ServiceProvider.GetRequiredService<SandboxState>();
        app.MapGet("/", http => Page.WriteAsync(
            http, 200, Page.SpeaksRussian(http.Request) ? Russian(state.ChargeCount) : English(state.ChargeCount)));
    }

    static Page English(int charges) => new("en", "A local Stripe", $"""
        <h1>A local Stripe, for development</h1>
        <p>PaymentFlow uses this sandbox while you have no Stripe keys. It has PaymentIntents, refunds, disputes and events in API version
          <code>{StripeApi.Version}</code>, Stripe's test payment methods, 3-D Secure, and signed webhooks. No real money moves here.</p>
        <p>Point any Stripe library at this address with a key that begins with <code>{SandboxOptions.ApiKeyPrefix}</code>.</p>
        <p><a href="/_sandbox/charges">Charges so far: {charges}</a> ·
          <a href="/_sandbox/ledger">the whole ledger</a></p>
        <p>Failures on demand: <a href="/_sandbox/faults">faults</a>, <a href="/_sandbox/webhooks">webhooks</a>.</p>
        """);

    static Page Russian(int charges) => new("ru", "Локальный Stripe", $"""
        <h1>Локальный Stripe для разработки</h1>
        <p>PaymentFlow использует эту песочницу, пока у вас нет ключей Stripe. В ней есть PaymentIntents, возвраты, споры и события в версии
          API <code>{StripeApi.Version}</code>, тестовые способы оплаты Stripe, 3-D Secure и подписанные вебхуки. Настоящие деньги не
          списываются.</p>
        <p>Направьте сюда любую библиотеку Stripe с ключом, который начинается с <code>{SandboxOptions.ApiKeyPrefix}</code>.</p>
        <p><a href="/_sandbox/charges">Списаний: {charges}</a> ·
          <a href="/_sandbox/ledger">весь журнал</a></p>
        <p>Сбои по заказу: <a href="/_sandbox/faults">отказы</a>, <a href="/_sandbox/webhooks">вебхуки</a>.</p>
        """);
}
