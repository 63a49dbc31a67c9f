using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>The client address that limits use.</summary>
public static class ClientAddress
{
    const int Ipv6Length = 16;
    const int NetworkLength = 12;
    const int MaxLength = 45;

    /// <summary>An IPv6 address is reduced to its /64 prefix, because one client usually owns a whole /64.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, Ipv6Length / 2))
            : address.ToString();
    }

    /// <summary>
    /// The client of the customer: the one that our own service states, else the sender. Null if our own service states none, because its
    /// own address stands for all of its customers.
    /// </summary>
    public static string? OfCustomer(HttpContext context) =>
        !context.User.IsInRole(Roles.Service) ? Of(context.Connection.RemoteIpAddress)
        : context.Request.Headers[RequestHeaders.ClientAddress] is [{ Length: > 0 and <= MaxLength } stated] ? stated
        : null;

    /// <summary>The /48 of a client of IPv6, from the result of <see cref="Of"/>. Null for IPv4.</summary>
    public static string? NetworkOf(string client) =>
        client.Length == Ipv6Length && client.All(char.IsAsciiHexDigit) ? client[..NetworkLength] : null;
}
