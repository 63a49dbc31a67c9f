using System.Text.Json;

namespace Shop;

/// <summary>The shop's pages.</summary>
static class Pages
{
    public static IResult Home() => Html("""
        <h1>Two nights at the lake</h1>
        <p>€42.00</p>
        <form method="post" action="/buy"><button id="buy">Buy</button></form>
        <form method="post" action="/buy-here"><button id="buy-here">Buy and pay here</button></form>
        """);

    /// <summary>
    /// After the checkout. The goods ship when PaymentFlow's event has come, so the page asks the shop, and not its own address.
    /// </summary>
    public static IResult Thanks(Sale sale) => Html($$"""
        <h1>Sale {{sale.Reference}}</h1>
        <p>Thank you. We ship as soon as the payment is confirmed.</p>
        <p id="status" role="status">Not shipped yet</p>
        <script type="module">
          (async function ask() {
            const answer = await fetch('/sales/{{sale.Reference}}').catch(() => null);
            if (answer?.ok && (await answer.json()).shipped) document.querySelector('#status').textContent = 'Shipped';
            else setTimeout(ask, 1000);
          })();
        </script>
        """);

    /// <summary>
    /// Pays without PaymentFlow's page. This uses a test card. With real Stripe keys, Stripe.js creates the payment method.
    /// </summary>
    public static IResult PayHere(Sale sale, CreatedOrder order, ShopSettings settings) => Html($$"""
        <h1>Sale {{sale.Reference}}</h1>
        <button id="here">Pay here</button>
        <p id="status" role="status"></p>
        <script type="module">
          import { followOrder } from '/live.js';
          const order = {{JsonSerializer.Serialize(
            new { id = order.Id, secret = order.ClientSecret, payments = settings.Payments, orders = settings.Orders })}};
          const say = text => document.querySelector('#status').textContent = text;

          const updates = followOrder({ url: order.orders, orderId: order.id, clientSecret: order.secret, lang: 'en' });
          updates.addEventListener('update', ({ detail }) => say(detail.message));

          const key = crypto.randomUUID();
          document.querySelector('#here').onclick = async () => {
            const answer = await fetch(new URL('/process-payment', order.payments), {
              method: 'POST',
              headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${order.secret}`, 'Idempotency-Key': key },
              body: JSON.stringify({ orderId: order.id, paymentMethod: 'pm_card_visa' }),
            });
            if (!answer.ok) say((await answer.json()).detail);
            // Do nothing on success. The next update shows the result.
          };
        </script>
        """);

    /// <summary>PaymentFlow's client for browsers, clients/js. A shop with a bundler installs its package instead.</summary>
    public static IResult Client() =>
        Results.Stream(typeof(Pages).Assembly.GetManifestResourceStream("live.js")!, "text/javascript");

    static IResult Html(string body) => Results.Content(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Shop</title><link rel=\"icon\" href=\"data:,\">"
        + $"<body>{body}</body></html>", "text/html");
}
