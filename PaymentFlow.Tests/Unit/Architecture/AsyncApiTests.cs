using System.Reflection;
using System.Text.Json;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Tests.Fixtures;
using YamlDotNet.Serialization;

namespace PaymentFlow.Tests.Unit.Architecture;

/// <summary>docs/asyncapi.yaml describes the events that the code writes: topics, types and fields.</summary>
public sealed class AsyncApiTests
{
    static readonly Dictionary<object, object> Document = (Dictionary<object, object>)new DeserializerBuilder().Build()
        .Deserialize(File.ReadAllText(Path.Combine(Repository.Folder, "docs", "asyncapi.yaml")))!;

    [Fact]
    public void The_topics_are_described() => Assert.Equal(
        ((string[])[Topics.Orders, Topics.Payments]).Order(), Keys("channels").Order());

    [Fact]
    public void The_types_are_described() => Assert.Equal(
        typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!).Order(),
        At("components", "messages").Values.Select(message => (string)((Dictionary<object, object>)message)["name"]).Order());

    [Fact]
    public void The_fields_of_a_payment_are_described()
    {
        PaymentEvent payment = new(Guid.Empty, Guid.Empty, "PF-1", 1, PaymentStatuses.Succeeded, 100, 0, "usd");
        Described("payment", JsonSerializer.SerializeToElement(payment, EventJson.Default.PaymentEvent));
    }

    [Fact]
    public void The_fields_of_an_order_are_described()
    {
        OrderEvent order = new(
            Guid.Empty, "PF-1", 1, OrderStatuses.Canceled, Guid.Empty, 1, 100, 0, "usd", DateTimeOffset.UnixEpoch, "expired",
            new Dictionary<string, string> { ["cart"] = "17" });
        Described("order", JsonSerializer.SerializeToElement(order, EventJson.Default.OrderEvent));
    }

    static void Described(string schema, JsonElement value) => Assert.Equal(
        value.EnumerateObject().Select(field => field.Name).Order(), Keys("components", "schemas", schema, "properties").Order());

    static IEnumerable<string> Keys(params string[] path) => At(path).Keys.Cast<string>();

    static Dictionary<object, object> At(params string[] path) =>
        path.Aggregate(Document, (node, key) => (Dictionary<object, object>)node[key]);
}
