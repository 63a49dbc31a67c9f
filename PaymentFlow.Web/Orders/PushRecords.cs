using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.Web.Orders;

/// <summary>Tells OrderService which changes our pages have shown: Web has no database of its own.</summary>
sealed class PushRecords(HttpClient http) : IPushRecords
{
    // Well within the 64 KiB that a body may have.
    const int AtOnce = 200;

    public async Task AddAsync(IReadOnlyList<PushRecord> records, CancellationToken cancellationToken)
    {
        foreach (var some in records.Chunk(AtOnce))
        {
            using var response = await http.PostAsJsonAsync("/orders/pushes", some, PushJson.Default.PushRecordArray, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PushRecord[]))]
sealed partial class PushJson : JsonSerializerContext;
