using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.Tests.Integration.Limits;

/// <summary>Requests from another address of this machine, so that a test has the limits of an address for itself.</summary>
static class LocalAddress
{
    public static SocketsHttpHandler HandlerFrom(string address) => new()
    {
        ConnectCallback = async (context, token) =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };
}
