// Stripe requires loading Stripe.js from its own site (https://docs.stripe.com/js/including). It is loaded only on pages that take a card.
let loading, stripe, elements;

function load(publishableKey) {
  return loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "https://js.stripe.com/v3/";
    script.onload = () => resolve(stripe = Stripe(publishableKey));
    script.onerror = () => reject(new Error("Stripe.js could not be loaded."));
    document.head.append(script);
  });
}

export async function mount(host, publishableKey, amount, currency, locale) {
  await load(publishableKey);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  elements = stripe.elements({
    mode: "payment", amount, currency, locale,
    // The server confirms the payment. The browser only creates the payment method.
    paymentMethodCreation: "manual",
    appearance: { theme: dark ? "night" : "stripe", variables: { borderRadius: "10px" } },
  });
  host.replaceChildren();
  elements.create("payment").mount(host);
}

export async function createPaymentMethod() {
  const checked = await elements.submit();
  if (checked.error) return { error: checked.error.message };
  const { error, paymentMethod } = await stripe.createPaymentMethod({ elements });
  return error ? { error: error.message } : { id: paymentMethod.id };
}

export async function confirm(publishableKey, clientSecret) {
  await load(publishableKey);
  const { error } = await stripe.handleNextAction({ clientSecret });
  return error ? error.decline_code ?? error.code ?? "payment_failed" : null;
}
