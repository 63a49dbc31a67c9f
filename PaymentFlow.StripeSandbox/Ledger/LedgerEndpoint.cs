using System.Buffers;
using System.Text.Json;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary><c>GET /_sandbox/charges</c>: the books that tests hold our databases against. No Stripe has this.</summary>
internal static class LedgerEndpoint
{
    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        var state = app.ServiceProvider.GetRequiredService<SandboxState>();
        app.MapGet("/_sandbox/charges", http => WriteAsync(http, state));
    }

    static async Task WriteAsync(HttpContext http, SandboxState state)
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
            if (json.BytesPending > 64 * 1024)
            {
                await json.FlushAsync(http.RequestAborted);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
        }
        json.WriteEndArray();
        await json.FlushAsync(http.RequestAborted);
    }
}
