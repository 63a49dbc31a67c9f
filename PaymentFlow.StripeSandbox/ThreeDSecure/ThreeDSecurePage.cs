using System.Text.Encodings.Web;
using PaymentFlow.Contracts;
using PaymentFlow.StripeSandbox.Home;
using PaymentFlow.StripeSandbox.Objects;

namespace PaymentFlow.StripeSandbox.ThreeDSecure;

/// <summary>Shows the challenge while it is open, afterwards its result.</summary>
static class ThreeDSecurePage
{
    public static Page For(PaymentIntent intent, ThreeDSecureText text) => intent switch
    {
        { Authentication: not null } => Challenge(intent, text),
        { Status: PaymentIntentStatus.Succeeded } => Done(text.Succeeded, text),
        { LastPaymentError: not null } => Done(text.Failed, text),
        _ => Done(text.Over, text),
    };

    public static Page Unknown(ThreeDSecureText text) => Done(text.Unknown, text);

    static Page Challenge(PaymentIntent intent, ThreeDSecureText text) => new(text.Language, text.Title, $"""
        <h1>{Html(text.Title)}</h1>
        <p>{Html(text.Lead)}</p>
        <dl>
          <dt>{Html(text.Amount)}</dt><dd><strong>{Html(Currencies.Of(intent.Currency).Write(intent.Amount))}</strong></dd>
          <dt>{Html(text.Card)}</dt><dd>{Html(intent.PaymentMethod!.Kind().Brand)} •••• {Html(intent.PaymentMethod.Kind().Last4)}</dd>
          <dt>{Html(text.Payment)}</dt><dd><code>{Html(intent.Id)}</code></dd>
        </dl>
        <form method="post" action="/_sandbox/3ds/{Html(intent.Id)}">
          <input type="hidden" name="client_secret" value="{Html(intent.ClientSecret)}">
          <input type="hidden" name="source" value="{Html(intent.Authentication!.Source)}">
          <button type="submit" name="outcome" value="approve" class="primary">{Html(text.Approve)}</button>
          <button type="submit" name="outcome" value="fail">{Html(text.Fail)}</button>
        </form>
        <p class="note">{Html(text.Sandbox)}</p>
        """);

    static Page Done(string title, ThreeDSecureText text) => new(text.Language, title, $"""
        <h1>{Html(title)}</h1>
        <p>{Html(text.CloseHint)}</p>
        <p class="note">{Html(text.Sandbox)}</p>
        """);

    static string Html(string text) => HtmlEncoder.Default.Encode(text);
}
