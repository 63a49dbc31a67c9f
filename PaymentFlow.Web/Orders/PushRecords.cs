using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.Web.Orders;

/// <summary>Tells OrderService which changes our pages have shown: Web has no database of its own.</summary>
sealed class PushRecords(HttpClient http) : IPushRecords
{
    public async Task AddAsync(IReadOnlyList<PushRecord> records, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync("/orders/pushes", records, PushJson.Default.IReadOnlyListPushRecord, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IReadOnlyList<PushRecord>))]
sealed partial class PushJson : JsonSerializerContext;
