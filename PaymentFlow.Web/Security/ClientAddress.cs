using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.Web.Security;

/// <summary>Whom a limit counts.</summary>
static class ClientAddress
{
    /// <summary>A household or a server has a whole /64 of IPv6 to itself, so that is what counts as one address.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
