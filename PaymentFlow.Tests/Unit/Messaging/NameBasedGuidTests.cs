using System.Text;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Tests.Unit.Messaging;

public sealed class NameBasedGuidTests
{
    // RFC 9562, appendix A.4.
    [Fact]
    public void The_id_agrees_with_the_example_of_RFC_9562()
    {
        var dns = Guid.Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

        Assert.Equal(
            Guid.Parse("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
            NameBasedGuid.Create(dns, Encoding.ASCII.GetBytes("www.example.com")));
    }

    [Fact]
    public void The_same_fact_has_the_same_id_and_another_fact_has_another_id()
    {
        var payment = Guid.CreateVersion7();

        Assert.Equal(NameBasedGuid.Create(payment, 3), NameBasedGuid.Create(payment, 3));
        Assert.NotEqual(NameBasedGuid.Create(payment, 3), NameBasedGuid.Create(payment, 4));
        Assert.NotEqual(NameBasedGuid.Create(payment, 3), NameBasedGuid.Create(Guid.CreateVersion7(), 3));
    }
}
