using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.AppHost.Development;

static class FreePort
{
    // Below the ports that operating systems give to outgoing connections: one of those could take the port before its server starts.
    const int First = 20_000;
    const int End = 32_000;

    static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port on which no server listens. This process gets no port twice.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            if (Given.TryAdd(port, true) && IsFree(port)) return port;
        }
    }

    /// <summary>Whether a server can listen on the port now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
