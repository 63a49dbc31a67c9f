using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>
/// The books that tests hold our databases against; no Stripe has this. <c>GET /_sandbox/charges</c> is every charge whose money moved;
/// <c>GET /_sandbox/ledger</c> is every PaymentIntent with the charges, refunds and disputes of it, as <c>{ "paymentIntents": [ … ] }</c>.
/// </summary>
internal static class LedgerEndpoint
{
    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        var state = app.ServiceProvider.GetRequiredService<SandboxState>();
        app.MapGet("/_sandbox/charges", http => WriteChargesAsync(http, state));
        app.MapGet("/_sandbox/ledger", http => WriteLedgerAsync(http, state));
    }

    static async Task WriteChargesAsync(HttpContext http, SandboxState state)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartArray();
        foreach (var charge in state.Charges)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, charge.Id);
            json.WriteString("paymentIntent"u8, charge.PaymentIntent);
            json.WriteNumber("amount"u8, charge.Amount);
            json.WriteString("currency"u8, charge.Currency);
            PaymentIntentJson.WriteMetadata(json, charge.Metadata);
            json.WriteNumber("created"u8, charge.Created);
            json.WriteEndObject();
            await FlushAsync(http, json);
        }
        json.WriteEndArray();
        await json.FlushAsync(http.RequestAborted);
    }

    static async Task WriteLedgerAsync(HttpContext http, SandboxState state)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("paymentIntents"u8);
        foreach (var intent in state.Intents)
        {
            Write(json, intent);
            await FlushAsync(http, json);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    static void Write(Utf8JsonWriter json, PaymentIntent intent)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, intent.Id);
        json.WriteNumber("amount"u8, intent.Amount);
        json.WriteString("currency"u8, intent.Currency);
        json.WriteString("status"u8, intent.Status);
        PaymentIntentJson.WriteMetadata(json, intent.Metadata);
        json.WriteStartArray("charges"u8);
        if (intent.LatestCharge is { } charge)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, charge.Id);
            json.WriteNumber("amount"u8, charge.Amount);
            json.WriteString("status"u8, charge.Failure is null ? "succeeded"u8 : "failed"u8);
            json.WriteBoolean("captured"u8, charge.Failure is null);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("refunds"u8);
        json.WriteEndArray();
        json.WriteStartArray("disputes"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static async Task FlushAsync(HttpContext http, Utf8JsonWriter json)
    {
        if (json.BytesPending < 64 * 1024) return;
        await json.FlushAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
