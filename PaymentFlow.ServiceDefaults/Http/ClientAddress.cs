using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>The client address that rate limits use.</summary>
public static class ClientAddress
{
    /// <summary>An IPv6 address is reduced to its /64 prefix, because one client usually owns a whole /64.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
