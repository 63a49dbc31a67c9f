using System.Net;
using Microsoft.AspNetCore.Http;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>The name that the audit record shows.</summary>
public sealed class OperatorIdentityTests
{
    [Theory]
    [InlineData("Anna", "Anna")]
    [InlineData("  Анна Каренина ", "Анна Каренина")]
    [InlineData("Zoë 李 🦊", "Zoë 李 🦊")]
    [InlineData("An\u202Ena", "Anna")]
    [InlineData("\u2066An\u2069na\u200E", "Anna")]
    [InlineData("A\u200Bn\u200Cn\u200Da\uFEFF\u2060", "Anna")]
    [InlineData("An\u00ADna\u034F", "Anna")]
    [InlineData("An\u2028na\u2029", "Anna")]
    [InlineData("An\r\n\tna\u0085\0", "Anna")]
    [InlineData("An\uDB40\uDC41na\uFE0F", "Anna")]
    [InlineData("An\uE000na", "Anna")]
    [InlineData("\u3164\u2800", "operator")]
    [InlineData("\u200B", "operator")]
    [InlineData(" \u2003 ", "operator")]
    [InlineData("", "operator")]
    [InlineData(null, "operator")]
    public void A_name_has_only_characters_that_are_seen(string? stated, string name) =>
        Assert.Equal(name, OperatorIdentity.NameOf(stated));

    [Fact]
    public void Half_a_letter_is_not_a_character() => Assert.Equal("Anna", OperatorIdentity.NameOf("An\uD83Dna\uDD8A"));

    [Fact]
    public void A_long_name_is_cut_between_two_letters()
    {
        Assert.Equal(new string('a', 100), OperatorIdentity.NameOf(new string('a', 101)));
        Assert.Equal(new string('a', 99), OperatorIdentity.NameOf(new string('a', 99) + "🦊"));
        // Removed characters do not count towards the length.
        Assert.Equal(new string('a', 100), OperatorIdentity.NameOf(new string('\u200B', 50) + new string('a', 100)));
    }

    [Fact]
    public void The_record_has_the_name_and_the_address()
    {
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.7");
        context.Request.Headers[ApiHeaders.OperatorName] = "An\u202Ena";

        Assert.Equal("Anna (10.0.0.7)", OperatorIdentity.Of(context));
    }
}
