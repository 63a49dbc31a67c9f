using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PaymentFlow.AppHost;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The in-process broker of a development machine.</summary>
public sealed class LocalBrokerTests
{
    // Kafka's request ApiVersions, version 0: length, key 18, version, correlation id, no client id.
    static readonly byte[] ApiVersions = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255];
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Child processes inherit the sockets of librdkafka's broker.</summary>
    [Fact]
    public async Task When_everything_is_lost_connections_are_closed_although_a_child_process_was_started_meanwhile()
    {
        var token = TestContext.Current.CancellationToken;
        using LocalBroker broker = new([Topics.Payments], partitions: 1);
        broker.Start();
        var address = IPEndPoint.Parse(broker.BootstrapServers);
        using TcpClient client = new();
        await client.ConnectAsync(address, token);
        await client.Client.SendAsync(ApiVersions, token);
        var answer = new byte[1_024];
        Assert.NotEqual(0, await client.Client.ReceiveAsync(answer, token));

        using var child = Process.Start("sleep", "600");
        try
        {
            broker.LoseEverything();

            Assert.True(await IsClosedAsync(client.Client).WaitAsync(Patience, token));
            Assert.Equal(address, IPEndPoint.Parse(broker.BootstrapServers));
        }
        finally
        {
            child.Kill();
        }
    }

    static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[1_024]) > 0) { }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
        return true;
    }
}
