using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>Finds the addresses of a host.</summary>
delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// Decides to which addresses webhooks may be sent: at registration, and again when a connection is opened, because a name may lead to
/// another address by then (DNS rebinding). The connection is made to the addresses that were checked.
/// </summary>
sealed class WebhookAddresses(HostResolver resolve, WebhookOptions options, IHostEnvironment environment)
{
    /// <summary>Whether private addresses and plain HTTP are allowed.</summary>
    public bool AllowPrivate => options.AllowPrivateAddresses ?? environment.IsDevelopment();

    /// <exception cref="SocketException">The host is unknown.</exception>
    /// <exception cref="WebhookAddressException">One of the host's addresses is not allowed.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = await resolve(host, cancellationToken);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        // One private address is enough to refuse the host: the next connection might be made to it.
        if (!AllowPrivate && !Array.TrueForAll(addresses, PublicAddresses.Contain)) throw new WebhookAddressException();
        return addresses;
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host leads to an address that is not on the Internet.</summary>
sealed class WebhookAddressException() : Exception("The host has an address that is not on the Internet.");
