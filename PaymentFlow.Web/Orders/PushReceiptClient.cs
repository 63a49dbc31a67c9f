using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.Web.Orders;

/// <summary>Sends OrderService the changes that our pages have shown, because Web has no database.</summary>
sealed class PushReceiptClient(HttpClient http) : IPushReceiptStore
{
    // Small enough for the body limit of 64 KiB.
    const int AtOnce = 200;

    public async Task AddAsync(IReadOnlyList<PushReceipt> records, CancellationToken cancellationToken)
    {
        foreach (var some in records.Chunk(AtOnce))
        {
            using var response = await http.PostAsJsonAsync("/orders/pushes", some, PushJson.Default.PushReceiptArray, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PushReceipt[]))]
sealed partial class PushJson : JsonSerializerContext;
