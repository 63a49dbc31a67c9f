using System.Text.Json;

namespace Shop;

/// <summary>The shop's two pages.</summary>
static class Pages
{
    public static IResult Home() => Html("""
        <h1>Two nights at the lake</h1>
        <p>€42.00</p>
        <form method="post" action="/buy"><button>Buy</button></form>
        """);

    /// <summary>Lets the customer pay on PaymentFlow's page or on this one.</summary>
    public static IResult Choose(Sale sale, CreatedOrder order, PaymentFlowAddresses addresses) => Html($$"""
        <h1>Sale {{sale.Reference}}</h1>

        <!-- Option 1: send the customer to PaymentFlow. The secret is in the form's body, so it appears in no URL and no log. -->
        <form method="post" action="{{new Uri(new Uri(addresses.Web), $"/orders/{order.Id}/open")}}">
          <input type="hidden" name="clientSecret" value="{{order.ClientSecret}}">
          <button id="checkout">Pay at the checkout</button>
        </form>

        <!-- Option 2: pay here. This uses a test card. With real Stripe keys, Stripe.js creates the payment method. -->
        <button id="here">Pay here</button>
        <p id="status" role="status"></p>
        <script type="module">
          import { followOrder } from '/live.js';
          const order = {{JsonSerializer.Serialize(
            new { id = order.Id, secret = order.ClientSecret, payments = addresses.Payments, orders = addresses.Orders })}};
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
