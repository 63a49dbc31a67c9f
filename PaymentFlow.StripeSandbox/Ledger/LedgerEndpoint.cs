using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.Objects;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>
/// The ledger, which tests compare with our databases. Stripe has no such endpoints. <c>GET /_sandbox/charges</c> returns all charges whose
/// money moved. <c>GET /_sandbox/ledger</c> returns all PaymentIntents with their charges, refunds and disputes, as
/// <c>{ "paymentIntents": [ … ] }</c>.
/// </summary>
static class LedgerEndpoint
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
        foreach (var slot in state.Intents.Snapshot())
        {
            Write(json, slot.Current, slot.Charges, state);
            await FlushAsync(http, json);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    static void Write(Utf8JsonWriter json, PaymentIntent intent, IReadOnlyList<string> charges, SandboxState state)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, intent.Id);
        json.WriteNumber("amount"u8, intent.Amount);
        json.WriteString("currency"u8, intent.Currency);
        json.WriteString("status"u8, intent.Status);
        PaymentIntentJson.WriteMetadata(json, intent.Metadata);
        json.WriteStartArray("charges"u8);
        foreach (var id in charges)
        {
            // Take the latest charge from this PaymentIntent state, because AllCharges may hold a newer one.
            var charge = intent.LatestCharge?.Id == id ? intent.LatestCharge : state.AllCharges.Find(id)!;
            json.WriteStartObject();
            json.WriteString("id"u8, charge.Id);
            json.WriteNumber("amount"u8, charge.Amount);
            json.WriteNumber("amountCaptured"u8, charge.Paid ? charge.Amount : 0);
            json.WriteString("status"u8, charge.Paid ? "succeeded"u8 : "failed"u8);
            json.WriteBoolean("captured"u8, charge.Paid);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("refunds"u8);
        foreach (var refund in intent.LatestCharge?.Refunds ?? []) WriteMove(json, refund.Id, refund.Amount, refund.Status);
        json.WriteEndArray();
        json.WriteStartArray("disputes"u8);
        foreach (var dispute in intent.LatestCharge?.Disputes ?? []) WriteMove(json, dispute.Id, dispute.Amount, dispute.Status);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteMove(Utf8JsonWriter json, string id, long amount, string status)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteNumber("amount"u8, amount);
        json.WriteString("status"u8, status);
        json.WriteEndObject();
    }

    static async Task FlushAsync(HttpContext http, Utf8JsonWriter json)
    {
        if (json.BytesPending < 64 * 1024) return;
        await json.FlushAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
