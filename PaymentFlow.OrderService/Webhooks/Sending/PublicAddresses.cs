using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>
/// Which addresses are on the Internet. All others lead into the deployment's own network, or nowhere. The ranges are those of IANA's
/// special-purpose registries (RFC 6890) without those that are globally reachable, and one address of a cloud.
/// </summary>
static class PublicAddresses
{
    static readonly IPNetwork[] PrivateV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),       // this network
        IPNetwork.Parse("10.0.0.0/8"),      // private
        IPNetwork.Parse("100.64.0.0/10"),   // shared by a carrier; metadata of Alibaba Cloud
        IPNetwork.Parse("127.0.0.0/8"),     // loopback
        IPNetwork.Parse("168.63.129.16/32"), // Azure's platform
        IPNetwork.Parse("169.254.0.0/16"),  // link-local; metadata of most clouds
        IPNetwork.Parse("172.16.0.0/12"),   // private
        IPNetwork.Parse("192.0.0.0/24"),    // IETF protocols; metadata of Oracle Cloud
        IPNetwork.Parse("192.0.2.0/24"),    // documentation
        IPNetwork.Parse("192.88.99.0/24"),  // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"),  // private
        IPNetwork.Parse("198.18.0.0/15"),   // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"),  // documentation
        IPNetwork.Parse("224.0.0.0/4"),     // multicast
        IPNetwork.Parse("240.0.0.0/4"),     // reserved; broadcast
    ];

    // Outside of it are loopback, link-local, unique local and multicast addresses, and NAT64 (64:ff9b::), which leads to IPv4.
    static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    static readonly IPNetwork[] PrivateV6 =
    [
        IPNetwork.Parse("2001::/23"),       // IETF protocols; Teredo, which leads to IPv4
        IPNetwork.Parse("2001:db8::/32"),   // documentation
        IPNetwork.Parse("2002::/16"),       // 6to4, which leads to IPv4
        IPNetwork.Parse("3fff::/20"),       // documentation
    ];

    public static bool Contain(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => Contain(address.MapToIPv4()),
        { AddressFamily: AddressFamily.InterNetwork } => !Array.Exists(PrivateV4, network => network.Contains(address)),
        { AddressFamily: AddressFamily.InterNetworkV6 } => GlobalUnicast.Contains(address)
            && !Array.Exists(PrivateV6, network => network.Contains(address)),
        _ => false,
    };
}
